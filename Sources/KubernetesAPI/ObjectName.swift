import Base

/// An object in a namespace, of whatever kind.
package struct ObjectName: Sendable, Hashable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Reads what ``description`` writes; nil for anything that cannot be a namespace and a name.
    package init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy(Self.mayBeName) else { return nil }
        self.init(namespace: parts[0], name: parts[1])
    }

    /// Reads a name, or a namespace and a name; nil for anything else.
    ///
    /// - Parameter namespace: for a name alone.
    package init?(text: String, in namespace: String) {
        if Self.mayBeName(text) {
            self.init(namespace: namespace, name: text)
        } else {
            self.init(text: text)
        }
    }

    /// Whether something is of the characters of a name; the server knows the rest.
    package static func mayBeName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy { byte in
                byte.isASCIILowercase || byte.isASCIIDigit || "-.".utf8.contains(byte)
            }
    }

    /// `monitoring/grafana-secret`.
    package var description: String { "\(namespace)/\(name)" }
}
