package import Kinds

/// How people log in to a service through Authentik: the provider that its application has.
///
/// Indirect, because it is large and often passed on.
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

    /// The type of its provider in Authentik's list of OAuth2 providers.
    package var type: OAuth2Provider.ProviderType {
        switch self {
        case .oauth2: .oauth2
        case .forwardAuth: .proxy
        }
    }

    /// The provider's fields that the file, or its `defaults`, sets, in the table of its kind.
    package var values: FieldValues {
        switch self {
        case .oauth2(let provider): provider.values
        case .forwardAuth(let forwardAuth): forwardAuth.values
        }
    }

    /// The service's slug, which is the default name of the provider.
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

    /// Nil if Authentik manages it.
    package var clientID: String? {
        switch self {
        case .oauth2(let provider): provider.clientID
        case .forwardAuth: nil
        }
    }

    /// Where the client secret is; nil if there is none.
    package var secret: SecretReference? {
        switch self {
        case .oauth2(let provider): provider.secret
        case .forwardAuth: nil
        }
    }

    /// The declared value, or this program's default; nil for a field that is not managed.
    package func value(of field: FieldSpec) -> FieldValue? { values[field] ?? field.managedDefault(slug: slug) }

    /// Whether the file, or its `defaults`, sets a field; this program's own defaults do not count.
    package func declares(_ field: FieldSpec) -> Bool { field.isSecret ? secret != nil : values[field] != nil }
}

/// The declared proxy provider of a service without a login of its own, and the outpost that serves it.
package struct ForwardAuth: Sendable, Equatable {
    /// The service's slug.
    package var slug: String
    /// The fields that the file, or its `defaults`, sets, without this program's own defaults.
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

    /// The provider's name; by default, the service's slug.
    package var name: String { values.text(ProxyProvider.Row.name) ?? slug }
    package var mode: ProxyProvider.Mode {
        values.text(ProxyProvider.Row.mode).flatMap(ProxyProvider.Mode.init(rawValue:)) ?? .single
    }
    /// The address that users open.
    package var externalHost: String { values.text(ProxyProvider.Row.externalHost) ?? "" }
    /// Only with the mode `domain`.
    package var cookieDomain: String? { values.text(ProxyProvider.Row.cookieDomain) }
    /// Only with the mode `proxy`.
    package var upstream: String? { values.text(ProxyProvider.Row.upstream) }
}
