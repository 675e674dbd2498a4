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
