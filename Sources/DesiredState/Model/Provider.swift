package import Kinds

/// The declared OAuth2 provider of a service.
package struct Provider: Sendable, Equatable {
    /// The service's slug, which is the default name of the provider and the default client id.
    package var slug: String
    /// The fields that the file, or its `defaults`, sets, without this program's own defaults and the secret.
    package var values = FieldValues(OAuth2Provider.fields)
    /// Where the client secret is; nil only for a public client, whose secret is never compared.
    package var secret: SecretReference?
    /// The workload that reads the secret when it starts, and is restarted after a rotation; only with a Kubernetes
    /// Secret.
    package var restart: Workload?
    /// The values that are published to the service in Kubernetes.
    package var publication: Publication?
    /// A URI that one of the patterns among ``redirectURIs`` matches, for probes; it is not sent to Authentik.
    package var redirectExample: String?
    /// Where the file names flows, certificates, scopes and other objects.
    package var places = NamePlaces()

    /// - Parameter redirectURIs: at least one; no entry twice.
    package init(slug: String, redirectURIs: [RedirectURI]) {
        self.slug = slug
        self.redirectURIs = redirectURIs
    }
}

extension Provider {
    /// The declared value of a field, by its name in the file.
    package subscript(name: FieldName) -> FieldValue? {
        get { values[OAuth2Provider.fields[name]] }
        set { values[OAuth2Provider.fields[name]] = newValue }
    }

    /// The declared value, or this program's default; nil for a field that is not managed.
    package func value(of field: FieldSpec) -> FieldValue? { values[field] ?? field.managedDefault(slug: slug) }

    /// Whether the file, or its `defaults`, sets a field; this program's own defaults do not count.
    package func declares(_ field: FieldSpec) -> Bool { field.isSecret ? secret != nil : values[field] != nil }

    // MARK: Fields by name

    /// The provider's name; by default, the service's slug.
    package var name: String {
        get { values.text(OAuth2Provider.Row.name) ?? slug }
        set { values[OAuth2Provider.Row.name] = .text(newValue) }
    }

    /// The OAuth2 client id; by default, the service's slug.
    package var clientID: String {
        get { values.text(OAuth2Provider.Row.clientID) ?? slug }
        set { values[OAuth2Provider.Row.clientID] = .text(newValue) }
    }

    package var clientType: ClientType {
        get { values.text(OAuth2Provider.Row.clientType).flatMap(ClientType.init) ?? .confidential }
        set { values[OAuth2Provider.Row.clientType] = .text(newValue.rawValue) }
    }

    /// Where logins may return to.
    package var redirectURIs: [RedirectURI] {
        get { values[OAuth2Provider.Row.redirectURIs]?.redirectEntries.compactMap(RedirectURI.init) ?? [] }
        set { values[OAuth2Provider.Row.redirectURIs] = .redirectURIs(newValue.map(RedirectEntry.init)) }
    }

    /// Where the browser may be sent after a logout; none if empty, not managed if nil.
    package var logoutRedirectURIs: [RedirectURI]? {
        get { values[OAuth2Provider.Row.logoutRedirectURIs]?.redirectEntries.compactMap(RedirectURI.init) }
        set { values[OAuth2Provider.Row.logoutRedirectURIs] = newValue.map(FieldValue.init(logoutRedirectURIs:)) }
    }

    /// Scope names (`openid`), the `managed` name of a scope mapping, or its own.
    package var scopeReferences: [FieldValue.Reference] { value(of: OAuth2Provider.Row.scopes)?.references ?? [] }

    /// The names of ``scopeReferences``.
    package var scopes: [String] {
        get { scopeReferences.map(\.name) }
        set { values[OAuth2Provider.Row.scopes] = .references(newValue.map { .init(named: $0) }) }
    }

    /// Nil if the file does not set it.
    package var issuerMode: IssuerMode? { values.text(OAuth2Provider.Row.issuerMode).flatMap(IssuerMode.init) }
}

/// A URI to which a client may have the browser sent back (RFC 6749, section 3.1.2).
package struct RedirectURI: Sendable, Hashable {
    package enum Matching: String, Sendable, CaseIterable {
        case strict, regex
    }

    package var matching: Matching
    package var url: String
    /// A URI that a pattern matches; two entries that differ in nothing else are the same to Authentik.
    package var example: String?

    package init(_ url: String, matching: Matching = .strict) {
        self.matching = matching
        self.url = url
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.matching == right.matching && left.url == right.url
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(matching)
        hasher.combine(url)
    }

    /// Nil for a matching mode that files do not have.
    init?(_ entry: RedirectEntry) {
        guard let matching = Matching(rawValue: entry.matchingMode) else { return nil }
        self.init(entry.url, matching: matching)
    }
}

extension RedirectEntry {
    package init(_ uri: RedirectURI) {
        self.init(matchingMode: uri.matching.rawValue, url: uri.url)
    }
}

extension FieldValue {
    init(logoutRedirectURIs uris: [RedirectURI]) {
        self = .redirectURIs(
            uris.map { RedirectEntry(matchingMode: $0.matching.rawValue, url: $0.url, type: RedirectEntry.logout) }
        )
    }
}

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
    /// The text for messages: `env GRAFANA_OAUTH_CLIENT_SECRET`, `file /run/secrets/grafana`,
    /// `kubernetes monitoring/grafana-secret GRAFANA_OAUTH_CLIENT_SECRET`.
    package var description: String {
        switch self {
        case .environment(let name): "env \(name)"
        case .file(let path): "file \(path)"
        case .kubernetes(let namespace, let name, let key): "kubernetes \(namespace)/\(name) \(key)"
        }
    }
}

/// A workload that runs a service in Kubernetes and can be restarted
/// (https://kubernetes.io/docs/concepts/workloads/controllers/).
package struct Workload: Sendable, Hashable {
    /// Raw values are the file's.
    package enum Kind: String, Sendable, CaseIterable {
        case deployment, statefulSet, daemonSet
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

extension Workload: CustomStringConvertible {
    /// `deployment monitoring/grafana`.
    package var description: String { "\(kind.rawValue) \(namespace)/\(name)" }
}
