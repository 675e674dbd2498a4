/// An object in a namespace, of whatever kind.
package struct ObjectName: Sendable, Hashable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `monitoring/grafana-secret`.
    package var description: String { "\(namespace)/\(name)" }
}
