/// A tool that logs users in with OIDC, as a row of ``all``.
///
/// `publish` uses the keys of a row, and `reconcile client-config` prints its settings.
package struct ClientTool: Sendable, Equatable {
    /// How a tool is configured where it does not read a published object.
    package enum Form: Sendable, Equatable {
        /// With environment variables: the keys, and others that only enable the login.
        case environment(also: [String: String] = [:])
        /// With shell commands, in which the client secret is a variable.
        case commands(PublishedText)
        /// With a YAML file.
        ///
        /// `$NAME:KEY` in it refers to a key of a Secret if the tool supports that; otherwise the secret is left empty.
        case file(PublishedText, refersToSecrets: Bool = false)
    }

    /// The file's `keySet`, and the command line's `--for`.
    package let name: String
    /// The name as its makers write it.
    package let title: String
    /// The page of its documentation that the row follows.
    package let documentation: String
    /// The keys that it expects in a Kubernetes object.
    package let keys: [String: PublishedText]
    /// Labels that its reader requires of the object.
    package var labels: [String: String] = [:]
    /// The kind of object that its reader requires; nil for either.
    package var kind: PublishedObjectName.Kind?
    package var form = Form.environment()
    /// The setting that holds the client secret.
    package let secretSetting: String
    /// The path at the end of the redirect URI; nil if it depends on the installation.
    package var callback: String?
    /// Further steps, one sentence each.
    package var hints: [String] = []
}

extension ClientTool {
    package static func named(_ name: String) -> ClientTool? { all.first { $0.name == name } }

    static let names = all.map(\.name)

    /// Whether the keys include the client secret.
    var hasSecret: Bool { keys.values.contains { $0.values.contains(.clientSecret) } }
}
