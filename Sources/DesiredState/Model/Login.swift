package import Kinds

/// How people log in to a service through Authentik: the provider that its application has.
///
/// Indirect, since it is large and handed on often.
package indirect enum Login: Sendable, Equatable {
    /// The service logs people in itself, by OpenID Connect.
    case oauth2(Provider)
    /// An outpost logs them in before they reach the service.
    case forwardAuth(ForwardAuth)

    /// The kind of its provider.
    package var kind: Kind {
        switch self {
        case .oauth2: .oauth2Provider
        case .forwardAuth: .proxyProvider
        }
    }

    /// What Authentik lists its provider as.
    package var type: OAuth2Provider.ProviderType {
        switch self {
        case .oauth2: .oauth2
        case .forwardAuth: .proxy
        }
    }

    /// What the file, or its `defaults`, sets of the provider, by the table of its kind.
    package var values: FieldValues {
        switch self {
        case .oauth2(let provider): provider.values
        case .forwardAuth(let forwardAuth): forwardAuth.values
        }
    }

    /// The service's, after which the provider is named unless the file says otherwise.
    package var slug: String {
        switch self {
        case .oauth2(let provider): provider.slug
        case .forwardAuth(let forwardAuth): forwardAuth.slug
        }
    }

    /// The provider's name, which is unique across all kinds.
    package var name: String {
        switch self {
        case .oauth2(let provider): provider.name
        case .forwardAuth(let forwardAuth): forwardAuth.name
        }
    }

    /// Nil where it is Authentik's own business.
    package var clientID: String? {
        switch self {
        case .oauth2(let provider): provider.clientID
        case .forwardAuth: nil
        }
    }

    /// Where the client secret is; nil where there is none to keep.
    package var secret: SecretReference? {
        switch self {
        case .oauth2(let provider): provider.secret
        case .forwardAuth: nil
        }
    }

    /// What is declared, or defaulted by this program; nil for what is not managed.
    package func value(of field: FieldSpec) -> FieldValue? { values[field] ?? field.managedDefault(slug: slug) }

    /// Whether the file, or its `defaults`, sets a field; what this program defaults does not count.
    package func declares(_ field: FieldSpec) -> Bool { field.isSecret ? secret != nil : values[field] != nil }
}

/// The declared proxy provider of a service that cannot log anybody in itself, and the outpost that serves it.
package struct ForwardAuth: Sendable, Equatable {
    /// The service's.
    package var slug: String
    /// What the file, or its `defaults`, sets: the program's own defaults are not in it.
    package var values = FieldValues(ProxyProvider.fields)
    /// The outpost's name, or ``Kinds/Outpost/embedded``.
    package var outpost: String
    /// Where the file names flows, scopes and the outpost.
    package var places = NamePlaces()

    /// - Parameter externalHost: the service's origin: `https://wiki.example.org`.
    package init(slug: String, externalHost: String, outpost: String = Outpost.embedded) {
        self.slug = slug
        self.outpost = outpost
        values[ProxyProvider.Row.externalHost] = .text(externalHost)
    }

    /// The provider's name; the service's slug unless said otherwise.
    package var name: String { values.text(ProxyProvider.Row.name) ?? slug }
    package var mode: ProxyProvider.Mode {
        values.text(ProxyProvider.Row.mode).flatMap(ProxyProvider.Mode.init(rawValue:)) ?? .single
    }
    /// Where people reach the service.
    package var externalHost: String { values.text(ProxyProvider.Row.externalHost) ?? "" }
    /// With the mode `domain` only.
    package var cookieDomain: String? { values.text(ProxyProvider.Row.cookieDomain) }
    /// With the mode `proxy` only.
    package var upstream: String? { values.text(ProxyProvider.Row.upstream) }
}
