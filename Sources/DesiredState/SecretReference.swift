/// Where a client secret is kept; never the secret itself.
package enum SecretReference: Sendable, Hashable {
    /// An environment variable of this process.
    case environment(String)
    /// A file; one trailing line break is not part of the secret.
    case file(String)
    /// A key of a Kubernetes Secret; one trailing line break is not part of the secret.
    case kubernetes(namespace: String, name: String, key: String)
}

extension SecretReference: CustomStringConvertible {
    /// As it is named in messages: `env GRAFANA_OAUTH_CLIENT_SECRET`, `file /run/secrets/grafana`,
    /// `kubernetes monitoring/grafana-secret GRAFANA_OAUTH_CLIENT_SECRET`.
    package var description: String {
        switch self {
        case .environment(let name): "env \(name)"
        case .file(let path): "file \(path)"
        case .kubernetes(let namespace, let name, let key): "kubernetes \(namespace)/\(name) \(key)"
        }
    }
}
