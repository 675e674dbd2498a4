/// What a service is told of its provider, as keys of an object in Kubernetes.
package struct Publication: Sendable, Equatable {
    package var object: PublishedObjectName
    /// Which value each key gets; at least one.
    package var keys: [String: PublishedValue]
    /// Labels that the object has to have for its reader.
    package var labels: [String: String]
    /// Where browsers and services reach Authentik, without a slash at the end; nil for where this program does.
    package var publicURL: String?

    package init(_ object: PublishedObjectName, keys: [String: PublishedValue], labels: [String: String] = [:]) {
        self.object = object
        self.keys = keys
        self.labels = labels
    }
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
}

/// Keys as some services want them; none of the sets has the client secret, which is published by name only.
enum PublishedKeySet: String, CaseIterable {
    /// Environment variables of Grafana
    /// (https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/configure-authentication/generic-oauth/).
    case grafana
    /// What `oidc.config` of Argo CD refers to as `$NAME:KEY`
    /// (https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/#alternative).
    case argocd
    /// Environment variables without a service in mind.
    case generic

    var keys: [String: PublishedValue] {
        switch self {
        case .grafana:
            [
                "GF_AUTH_GENERIC_OAUTH_CLIENT_ID": .clientID, "GF_AUTH_GENERIC_OAUTH_SCOPES": .scopes,
                "GF_AUTH_GENERIC_OAUTH_AUTH_URL": .authorizationURL, "GF_AUTH_GENERIC_OAUTH_TOKEN_URL": .tokenURL,
                "GF_AUTH_GENERIC_OAUTH_API_URL": .userInfoURL, "GF_AUTH_SIGNOUT_REDIRECT_URL": .endSessionURL,
            ]
        case .argocd: ["oidc.issuer": .issuer, "oidc.clientID": .clientID]
        case .generic:
            [
                "OIDC_CLIENT_ID": .clientID, "OIDC_ISSUER": .issuer, "OIDC_AUTHORIZATION_URL": .authorizationURL,
                "OIDC_TOKEN_URL": .tokenURL, "OIDC_USERINFO_URL": .userInfoURL,
                "OIDC_END_SESSION_URL": .endSessionURL, "OIDC_JWKS_URL": .jwksURL,
                "OIDC_CONFIGURATION_URL": .configurationURL, "OIDC_REDIRECT_URI": .redirectURI,
                "OIDC_SCOPES": .scopes,
            ]
        }
    }

    /// Argo CD looks only into Secrets that carry its label.
    var labels: [String: String] { self == .argocd ? ["app.kubernetes.io/part-of": "argocd"] : [:] }

    /// The kind of object that its reader looks into; nil for either.
    var kind: PublishedObjectName.Kind? { self == .argocd ? .secret : nil }
}
