/// What this program knows of a tool that logs people in by OIDC: a row of ``all``.
///
/// `publish` takes a row's keys, and `reconcile client-config` prints its settings.
package struct ClientTool: Sendable, Equatable {
    /// How a tool is told of its provider where it runs by itself.
    package enum Form: Sendable, Equatable {
        /// By variables of its environment: the keys, and those that only say that there is a login.
        case environment(also: [String: String] = [:])
        /// By commands for a shell, in which the client secret is a variable.
        case commands(PublishedText)
        /// By a file of YAML; `$NAME:KEY` in it is a key of a Secret where the tool knows that, else the secret's place is
        /// left empty.
        case file(PublishedText, refersToSecrets: Bool = false)
    }

    /// The file's `keySet`, and the command line's `--for`.
    package let name: String
    /// As its makers write it.
    package let title: String
    /// The page of its documentation that the row follows.
    package let documentation: String
    /// What it finds in an object in Kubernetes.
    package let keys: [String: PublishedText]
    /// Labels that an object needs for its reader to look into it.
    package var labels: [String: String] = [:]
    /// The kind of object that its reader looks into; nil for either.
    package var kind: PublishedObjectName.Kind?
    package var form = Form.environment()
    /// The setting that holds the client secret.
    package let secretSetting: String
    /// Where a login returns to, as the end of the redirect URI; nil where it is up to the installation.
    package var callback: String?
    /// What else there is to do; a sentence each.
    package var hints: [String] = []
}

extension ClientTool {
    package static func named(_ name: String) -> ClientTool? { all.first { $0.name == name } }

    static let names = all.map(\.name)

    /// Whether the set holds the client secret: its reader takes all from one place.
    var hasSecret: Bool { keys.values.contains { $0.values.contains(.clientSecret) } }
}
