import AuthentikAPI
package import JSON
package import Secrets

/// An OAuth2 provider as `/providers/oauth2/` shows it, as far as this program reads it.
package struct OAuth2Provider: Sendable, Equatable {
    package var pk: Int
    /// What it holds of ``fields``.
    package var values: FieldValues
    /// What became `logout_uri` in 2025.10; 2025.8 only.
    package var backchannelLogoutURI: String?
    /// The slug of the application whose provider this is.
    package var applicationSlug: String?
    /// The slug of the application that has this as a backchannel provider.
    package var backchannelApplicationSlug: String?
    /// Not part of the list: see ``ProviderType``.
    package var kind = ProviderType.oauth2
    /// What it has beside, as a proxy provider; nil for any other, and where nobody looked.
    package var proxy: ProxyProvider?

    /// What a provider is that Authentik lists as an OAuth2 provider.
    ///
    /// The inner half of a proxy provider is among them, under its name and under the same type
    /// (https://github.com/goauthentik/authentik/issues/11949). What it is tells its application, or the list of proxy
    /// providers.
    package enum ProviderType: Sendable, Hashable {
        case oauth2
        case proxy
        /// It looks like a proxy provider, and this account may not see the list that would tell.
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
    /// A value by the file's name of its field.
    package subscript(name: FieldName) -> FieldValue {
        get { self[Self.fields[name]] }
        set { values[Self.fields[name]] = newValue }
    }

    package subscript(field: FieldSpec) -> FieldValue {
        if case .logoutRedirectURIs = field.kind { return .redirectURIs(redirectURIs.filter(\.isForLogout)) }
        return values.held(field)
    }

    /// What it holds of the fields of its kind; nil for a proxy provider that nobody looked at, and for what is not known.
    package var held: FieldValues? {
        switch kind {
        case .oauth2: values
        case .proxy: proxy?.values
        case .undetermined: nil
        }
    }

    // MARK: What code asks for by name

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

    /// Nil where a release does not show it to this account.
    package var clientSecret: Secret? {
        get { values[Row.clientSecret]?.secret }
        set { values[Row.clientSecret] = newValue.map(FieldValue.secret) }
    }

    /// For logins and logouts.
    package var redirectURIs: [RedirectEntry] {
        get { values[Row.redirectURIs]?.redirectEntries ?? [] }
        set { values[Row.redirectURIs] = .redirectURIs(newValue) }
    }

    /// Nil where an answer does not say.
    package var issuerMode: IssuerMode? { values.text(Row.issuerMode).flatMap(IssuerMode.init) }

    /// Whether any application has it.
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
