/// Certificates or a key in PEM; it never prints them.
package struct PEM: Sendable, Equatable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension PEM: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(PEM)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
