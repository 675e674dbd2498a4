import AuthentikAPI
package import JSON
package import Secrets

/// The parts of an OAuth2 provider in `/providers/oauth2/` that this program reads.
package struct OAuth2Provider: Sendable, Equatable {
    package var pk: Int
    /// The values of ``fields``.
    package var values: FieldValues
    /// The predecessor of `logout_uri`, which replaced it in 2025.10; in 2025.8 only.
    package var backchannelLogoutURI: String?
    /// The slug of the application whose provider this is.
    package var applicationSlug: String?
    /// The slug of the application that has this as a backchannel provider.
    package var backchannelApplicationSlug: String?
    /// Not part of the list: see ``ProviderType``.
    package var kind = ProviderType.oauth2
    /// Its additional fields as a proxy provider; nil for any other provider, or if they were not read.
    package var proxy: ProxyProvider?

    /// The actual type of a provider that Authentik lists as an OAuth2 provider.
    ///
    /// The list includes the inner half of each proxy provider, with the same name and type
    /// (https://github.com/goauthentik/authentik/issues/11949). Its application, or the list of proxy providers, shows
    /// which type it is.
    package enum ProviderType: Sendable, Hashable {
        case oauth2
        case proxy
        /// It looks like a proxy provider, but this account may not read the list that would show it.
        case undetermined
    }

    package init(pk: Int, name: String, clientID: String) {
        self.pk = pk
        values = FieldValues(Self.fields)
        self.name = name
        self.clientID = clientID
    }
}

extension OAuth2Provider {
    /// The value of a field, by its name in the file.
    package subscript(name: FieldName) -> FieldValue {
        get { self[Self.fields[name]] }
        set { values[Self.fields[name]] = newValue }
    }

    package subscript(field: FieldSpec) -> FieldValue {
        if case .logoutRedirectURIs = field.kind { return .redirectURIs(redirectURIs.filter(\.isForLogout)) }
        return values.held(field)
    }

    /// The values of the fields of its type; nil for a proxy provider that was not read, or an undetermined type.
    package var held: FieldValues? {
        switch kind {
        case .oauth2: values
        case .proxy: proxy?.values
        case .undetermined: nil
        }
    }

    // MARK: Fields by name

    package var name: String {
        get { values.text(Row.name) ?? "" }
        set { values[Row.name] = .text(newValue) }
    }

    package var clientID: String {
        get { values.text(Row.clientID) ?? "" }
        set { values[Row.clientID] = .text(newValue) }
    }

    package var clientType: String {
        get { self[Row.clientType].text ?? "" }
        set { values[Row.clientType] = .text(newValue) }
    }

    /// Nil if the release does not show it to this account.
    package var clientSecret: Secret? {
        get { values[Row.clientSecret]?.secret }
        set { values[Row.clientSecret] = newValue.map(FieldValue.secret) }
    }

    /// For logins and logouts.
    package var redirectURIs: [RedirectEntry] {
        get { values[Row.redirectURIs]?.redirectEntries ?? [] }
        set { values[Row.redirectURIs] = .redirectURIs(newValue) }
    }

    /// Nil if the answer does not have it.
    package var issuerMode: IssuerMode? { values.text(Row.issuerMode).flatMap(IssuerMode.init) }

    /// Whether an application uses it.
    package var isLinked: Bool { applicationSlug != nil || backchannelApplicationSlug != nil }

    /// Whether it has the redirect URI of an outpost, as each proxy provider does; an ordinary provider may have it, too.
    package var looksLikeProxy: Bool {
        redirectURIs.contains { $0.url.contains("X-authentik-auth-callback") }
    }
}

extension OAuth2Provider: TabledObject {
    package var key: Int { pk }

    package init(_ json: JSONElement, _ fields: inout FieldReader) throws(JSONMismatch) {
        pk = try json.read("pk")
        values = try fields.read(json)
        backchannelLogoutURI = try json.readIfPresent("backchannel_logout_uri")
        applicationSlug = try json.readIfPresent("assigned_application_slug")
        backchannelApplicationSlug = try json.readIfPresent("assigned_backchannel_application_slug")
    }
}
