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
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Bytes that must never be seen, of which nobody knows yet whether they are text; as ``Secret`` is for text.
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
