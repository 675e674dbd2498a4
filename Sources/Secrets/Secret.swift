/// A text that must never be seen: a client secret, a token.
///
/// Nothing that prints, interpolates, mirrors or dumps it shows its value, and it is not `Codable`;
/// ``exposed`` is the one way out, to be used only where the value goes on the wire.
package struct Secret: Sendable, Hashable {
    /// The value in clear.
    package let exposed: String

    package init(_ value: String) {
        exposed = value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
