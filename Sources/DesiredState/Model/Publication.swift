/// The values of a service's provider that are published as keys of a Kubernetes object.
package struct Publication: Sendable, Equatable {
    package var object: PublishedObjectName
    /// The content of each key; at least one.
    package var keys: [String: PublishedText]
    /// Labels that the reader requires of the object.
    package var labels: [String: String]
    /// Authentik's address for browsers and services, without a slash at the end; nil for the one that this program
    /// uses.
    package var publicURL: String?

    package init(_ object: PublishedObjectName, keys: [String: PublishedText], labels: [String: String] = [:]) {
        self.object = object
        self.keys = keys
        self.labels = labels
    }

    /// All values in its keys.
    package var values: Set<PublishedValue> { keys.values.reduce(into: []) { $0.formUnion($1.values) } }
}

/// The object that values are published to.
package struct PublishedObjectName: Sendable, Hashable {
    /// Raw values are Kubernetes's, and the file's.
    package enum Kind: String, Sendable, CaseIterable {
        case configMap = "ConfigMap"
        case secret = "Secret"
    }

    package var kind: Kind
    package var namespace: String
    package var name: String

    package init(_ kind: Kind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }
}

extension PublishedObjectName: CustomStringConvertible {
    /// `ConfigMap monitoring/grafana-oidc`.
    package var description: String { "\(kind.rawValue) \(namespace)/\(name)" }
}

/// A value of a service or its provider that can be published.
///
/// Raw values are the file's.
package enum PublishedValue: String, Sendable, CaseIterable {
    case clientID
    case clientSecret
    case issuer
    case authorizationURL
    case tokenURL
    case userInfoURL
    case endSessionURL
    case jwksURL
    /// The discovery document (OpenID Connect Discovery 1.0, section 4).
    case configurationURL
    /// The first strict redirect URI.
    case redirectURI
    case launchURL
    /// Scope names, with spaces between them.
    case scopes
    /// Authentik's address, without a slash at the end.
    case authentikURL
}
