/// What a service is told of its provider, as keys of an object in Kubernetes.
package struct Publication: Sendable, Equatable {
    package var object: PublishedObjectName
    /// What each key gets; at least one.
    package var keys: [String: PublishedText]
    /// Labels that the object has to have for its reader.
    package var labels: [String: String]
    /// Where browsers and services reach Authentik, without a slash at the end; nil for where this program does.
    package var publicURL: String?

    package init(_ object: PublishedObjectName, keys: [String: PublishedText], labels: [String: String] = [:]) {
        self.object = object
        self.keys = keys
        self.labels = labels
    }

    /// All that its keys are made of.
    package var values: Set<PublishedValue> { keys.values.reduce(into: []) { $0.formUnion($1.values) } }
}

/// Where something is published.
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

/// What can be published of a service and its provider.
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
    /// The first.
    case redirectURI
    case launchURL
    /// Scope names, with spaces between them.
    case scopes
    /// Where Authentik is, without a slash at the end.
    case authentikURL
}
