import Base

/// A text that must never be shown: a client secret, a token.
///
/// Printing, interpolating, mirroring or dumping it does not show its value, and it is not `Codable`; ``exposed`` is
/// the only access, to be used only where the value is sent. Two secrets are equal if their bytes are.
package struct Secret: Sendable, Hashable {
    private let value: ExactText

    package init(_ value: String) {
        self.value = ExactText(value)
    }

    /// The value in plain text.
    package var exposed: String { value.text }

    /// A text derived from it, which is just as secret.
    package func map(_ text: (String) -> String) -> Secret { Secret(text(value.text)) }

    /// Whether an untrusted text is this secret; the time it takes does not reveal how much of the text is right.
    ///
    /// Complete digests are compared: their length is constant, and their beginnings cannot be chosen.
    package func isSent(as text: some StringProtocol) -> Bool {
        let pairs = zip(SHA256.digest(of: Array(text.utf8)), SHA256.digest(of: Array(exposed.utf8)))
        return pairs.reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Bytes that must never be shown and may not be text; ``Secret`` is the equivalent for text.
package struct SecretBytes: Sendable, Hashable {
    /// The value in plain text.
    package let exposed: [UInt8]

    package init(_ value: [UInt8]) {
        exposed = value
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
