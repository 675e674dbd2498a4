import Base

/// A text that must never be seen: a client secret, a token.
///
/// Nothing that prints, interpolates, mirrors or dumps it shows its value, and it is not `Codable`;
/// ``exposed`` is the one way out, to be used only where the value goes on the wire. Two are equal if their bytes are.
package struct Secret: Sendable, Hashable {
    private let value: ExactText

    package init(_ value: String) {
        self.value = ExactText(value)
    }

    /// The value in clear.
    package var exposed: String { value.text }

    /// A text that is made of it, and so is as secret.
    package func map(_ text: (String) -> String) -> Secret { Secret(text(value.text)) }

    /// Whether a text that a stranger sent is this; how long the answer takes says nothing of how much of it is right.
    ///
    /// Digests are compared, as a whole: their length is always the same, and a stranger cannot choose their beginnings.
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

/// Bytes that must never be shown, and that may or may not be text; ``Secret`` is the same for text.
package struct SecretBytes: Sendable, Hashable {
    /// The value in clear.
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
