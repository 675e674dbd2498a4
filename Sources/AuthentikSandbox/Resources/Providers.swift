import JSON

/// `/providers/all/`: providers of every kind, with the common fields.
enum Providers: Resource {
    static let app = "authentik_core"
    static let modelName = "provider"
    static let model = "Provider"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [OAuth2Provider] { store.providers.inOrder() }
    static func rowsByKey(in store: inout Store) -> [OAuth2Provider] { store.providers.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> OAuth2Provider? {
        try OAuth2Providers.row(key, in: store)
    }

    static func filter(_ filter: inout Filter<OAuth2Provider>, in store: Store) {
        filter.flag("application__isnull") { store.application(of: $0.pk) == nil }
        filter.search { [$0.name, store.application(of: $0.pk)?.name ?? ""] }
    }

    static func sortKey(_ field: String) -> ((OAuth2Provider) -> SortKey)? { OAuth2Providers.sortKey(field) }

    static func json(_ row: OAuth2Provider, _ request: APIRequest, in store: Store) -> JSONValue {
        .object(row.summary(of: store.application(of: row.pk), in: store))
    }

    static func routes(_ path: String) -> [Route] {
        [
            Route("GET", path, permission: permission("view"), list),
            Route(path + "{}/", .tokens, methods: ["GET", "DELETE"], ["GET": .init(permission("view"), retrieve)]),
        ]
    }
}

/// The kind of provider shown in an answer.
enum ProviderKind {
    /// A provider before Authentik has determined its kind.
    case bare
    case oauth2, proxy

    fileprivate var fields: [String: JSONValue] {
        switch self {
        case .bare:
            [
                "component": "", "verbose_name": "provider", "verbose_name_plural": "providers",
                "meta_model_name": "authentik_core.provider",
            ]
        case .oauth2:
            [
                "component": "ak-provider-oauth2-form", "verbose_name": "OAuth2/OpenID Provider",
                "verbose_name_plural": "OAuth2/OpenID Providers",
                "meta_model_name": "authentik_providers_oauth2.oauth2provider",
            ]
        case .proxy:
            [
                "component": "ak-provider-proxy-form", "verbose_name": "Proxy Provider",
                "verbose_name_plural": "Proxy Providers",
                "meta_model_name": "authentik_providers_proxy.proxyprovider",
            ]
        }
    }
}

extension OAuth2Provider {
    /// The fields of a provider in an application, which every kind has.
    ///
    /// - Parameters:
    ///   - application: the linked one, with the name to show.
    ///   - kind: the kind to show; its own by default.
    func summary(of application: Application?, in store: Store, kind: ProviderKind? = nil) -> [String: JSONValue] {
        let kind = kind ?? (proxy == nil ? .oauth2 : .proxy)
        var fields = kind.fields
        fields["pk"] = .integer(pk)
        fields["name"] = .string(name)
        fields["authentication_flow"] = authenticationFlow.json
        fields["authorization_flow"] = authorizationFlow.json
        fields["invalidation_flow"] = invalidationFlow.json
        fields["property_mappings"] = .array(store.mappings(of: self).map(\.pk.json))
        fields["assigned_application_slug"] = .text(application?.slug)
        fields["assigned_application_name"] = .text(application?.name)
        if store.release.namesBackchannelApplication {
            let backchannel = store.backchannelApplication(of: pk)
            fields["assigned_backchannel_application_slug"] = .text(backchannel?.slug)
            fields["assigned_backchannel_application_name"] = .text(backchannel?.name)
        }
        return fields
    }

    /// The fields of a backchannel provider in an application; it names that application in every release.
    func backchannelSummary(in store: Store) -> JSONValue {
        var fields = summary(of: store.application(of: pk), in: store, kind: .bare)
        let application = store.backchannelApplication(of: pk)
        fields["assigned_backchannel_application_slug"] = .text(application?.slug)
        fields["assigned_backchannel_application_name"] = .text(application?.name)
        return .object(fields)
    }

    /// The fields of a provider in an outpost.
    func bareSummary(in store: Store) -> JSONValue {
        .object(summary(of: store.application(of: pk), in: store, kind: .bare))
    }
}

extension OAuth2Provider {
    /// - Throws: ``Refusal/crash`` if a redirect URI is incomplete.
    func fields(in store: Store) throws(Refusal) -> [String: JSONValue] {
        var fields = summary(of: store.application(of: pk), in: store, kind: .oauth2)
        fields["client_type"] = .string(clientType.rawValue)
        fields["client_id"] = .string(clientID)
        fields["client_secret"] = .string(clientSecret)
        fields["access_code_validity"] = .string(accessCodeValidity)
        fields["access_token_validity"] = .string(accessTokenValidity)
        fields["refresh_token_validity"] = .string(refreshTokenValidity)
        fields["include_claims_in_id_token"] = .bool(includeClaimsInIDToken)
        fields["signing_key"] = signingKey.json
        fields["encryption_key"] = encryptionKey.json
        fields["redirect_uris"] = .array(try redirectURIsJSON(store.release))
        if store.release.hasLogoutFields {
            fields["refresh_token_threshold"] = .string(refreshTokenThreshold)
            fields["logout_uri"] = .string(logoutURI)
            fields["logout_method"] = .string(logoutMethod.rawValue)
        }
        if store.release.hasGrantTypes { fields["grant_types"] = .strings(grantTypes) }
        fields["sub_mode"] = .string(subjectMode.rawValue)
        fields["issuer_mode"] = .string(issuerMode.rawValue)
        fields["jwt_federation_sources"] = .array(federatedSources.map(\.json))
        fields["jwt_federation_providers"] = .array(federatedProviders.map { .integer($0) })
        return fields
    }

    /// The redirect URIs as a look-up shows them: one without a kind is for logins.
    func redirectURIsJSON(_ release: Release) throws(Refusal) -> [JSONValue] {
        var entries: [JSONValue] = []
        for entry in redirectURIs {
            entries.append(try entry.json(release.hasRedirectURITypes ? entry.kind ?? .authorization : nil))
        }
        return entries
    }

    /// - Throws: ``Refusal/crash`` if a redirect URI is incomplete: any access to them fails.
    func requireReadableRedirectURIs() throws(Refusal) {
        for entry in redirectURIs { _ = try entry.json(nil) }
    }
}
