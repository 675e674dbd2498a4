import FoundationEssentials
import JSON

/// `/providers/proxy/`, looked up by number: forward-auth for applications without logins of their own.
enum ProxyProviders: EditableResource {
    static let app = "authentik_providers_proxy"
    static let modelName = "proxyprovider"
    static let model = "ProxyProvider"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [OAuth2Provider] {
        store.providers.inOrder().filter { $0.proxy != nil }
    }
    static func rowsByKey(in store: inout Store) -> [OAuth2Provider] {
        store.providers.inOrderOfKeys().filter { $0.proxy != nil }
    }

    static func row(_ key: String, in store: Store) throws(Refusal) -> OAuth2Provider? {
        guard let pk = Int(key) else { throw .notFound }
        return store.providers[pk].flatMap { $0.proxy == nil ? nil : $0 }
    }

    static func filter(_ filter: inout Filter<OAuth2Provider>, in store: Store) {
        filter.flag("application__isnull") { store.application(of: $0.pk) == nil }
        filter.caselessText("name__iexact") { $0.name }
        filter.caselessText("authorization_flow__slug__iexact") { row in
            row.authorizationFlow.flatMap { store.flows[$0]?.slug }
        }
        filter.caselessText("internal_host__iexact") { $0.proxy?.internalHost }
        filter.caselessText("external_host__iexact") { $0.proxy?.externalHost }
        filter.caselessText("skip_path_regex__iexact") { $0.proxy?.skipPathRegex }
        filter.caselessText("mode__iexact") { $0.proxy?.mode.rawValue }
        filter.caselessText("cookie_domain__iexact") { $0.proxy?.cookieDomain }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((OAuth2Provider) -> SortKey)? {
        field == "name" ? { .text($0.name) } : nil
    }

    static func json(_ row: OAuth2Provider, _ request: APIRequest, in store: Store) throws(Refusal) -> JSONValue {
        guard let proxy = row.proxy else { throw .notFound }
        var fields = row.summary(of: store.application(of: row.pk), in: store)
        fields["client_id"] = .string(row.clientID)
        fields["internal_host"] = .string(proxy.internalHost)
        fields["external_host"] = .string(proxy.externalHost)
        fields["internal_host_ssl_validation"] = .bool(proxy.validatesInternalHost)
        fields["certificate"] = proxy.certificate.json
        fields["skip_path_regex"] = .string(proxy.skipPathRegex)
        fields["basic_auth_enabled"] = .bool(proxy.isBasicAuthEnabled)
        fields["basic_auth_password_attribute"] = .string(proxy.basicAuthPasswordAttribute)
        fields["basic_auth_user_attribute"] = .string(proxy.basicAuthUserAttribute)
        fields["mode"] = .string(proxy.mode.rawValue)
        fields["intercept_header_auth"] = .bool(proxy.interceptsHeaderAuth)
        fields["redirect_uris"] = .array(try row.redirectURIsJSON(store.release))
        fields["cookie_domain"] = .string(proxy.cookieDomain)
        fields["jwt_federation_sources"] = .array(row.federatedSources.map(\.json))
        fields["jwt_federation_providers"] = .array(row.federatedProviders.map { .integer($0) })
        fields["access_token_validity"] = .string(row.accessTokenValidity)
        fields["refresh_token_validity"] = .string(row.refreshTokenValidity)
        fields["outpost_set"] = .array(
            store.outposts.inOrderOfCreation.filter { $0.providers.contains(row.pk) }.map { .string($0.name) }
        )
        return .object(fields)
    }

    /// Two rules only check what is sent, not what is stored: the mode, and the hosts and attributes that it requires.
    static func validate(
        _ body: JSONValue,
        into draft: inout OAuth2Provider,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        var fields = try Validator(body, partial: partial)
        var proxy = draft.proxy ?? ProxySettings()
        fields.providerName(into: &draft, in: store)
        fields.flows(into: &draft, in: store)
        fields.references("property_mappings", into: &draft.propertyMappings) { store.scopeMappings.contains($0) }
        let isURL = URLCheck.host.error
        fields.text("external_host", into: &proxy.externalHost, required: true, blank: false, check: isURL)
        fields.text("internal_host", into: &proxy.internalHost, check: isURL)
        fields.flag("internal_host_ssl_validation", into: &proxy.validatesInternalHost)
        fields.reference("certificate", into: &proxy.certificate, exists: { store.certificates.contains($0) })
        fields.text("skip_path_regex", into: &proxy.skipPathRegex)
        fields.text("basic_auth_password_attribute", into: &proxy.basicAuthPasswordAttribute)
        fields.text("basic_auth_user_attribute", into: &proxy.basicAuthUserAttribute)
        fields.basicAuth(into: &proxy, body)
        // A request without the mode is checked as one for the mode `proxy`.
        var mode = ProxySettings.Mode.proxy
        fields.choice("mode", into: &mode)
        if fields.isSent("mode") || draft.proxy == nil { proxy.mode = mode }
        fields.flag("intercept_header_auth", into: &proxy.interceptsHeaderAuth)
        fields.text("cookie_domain", into: &proxy.cookieDomain)
        fields.federation(into: &draft, in: store)
        fields.duration("access_token_validity", into: &draft.accessTokenValidity)
        fields.duration("refresh_token_validity", into: &draft.refreshTokenValidity)
        try fields.finish()
        if mode == .proxy, body["internal_host"]?.pythonText.trimmed ?? "" == "" {
            throw .invalid("internal_host", "Internal host cannot be empty when forward auth is disabled.")
        }
        proxy.apply(to: &draft, in: store)
    }

    static func blank(in store: inout Store) -> OAuth2Provider { OAuth2Providers.blank(in: &store) }

    static func insert(_ row: OAuth2Provider, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: OAuth2Provider, with new: OAuth2Provider, in store: inout Store) {
        store.replace(old, with: new)
    }

    static func delete(_ row: OAuth2Provider, in store: inout Store) { store.replace(row, with: nil) }
}

extension ProxyProviders {
    static let allRoutes: [Route] = {
        let path = "api/v3/providers/proxy/"
        return routes(path) + [Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy)]
    }()

    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        .ok(.array(OAuth2Providers.uses(of: try find(request, in: store), request, in: store)))
    }
}

extension Validator {
    fileprivate mutating func basicAuth(into target: inout ProxySettings, _ body: JSONValue) {
        flag("basic_auth_enabled", into: &target.isBasicAuthEnabled)
        guard isSent("basic_auth_enabled"), !hasFailed("basic_auth_enabled"), target.isBasicAuthEnabled else { return }
        let attributes = ["basic_auth_password_attribute", "basic_auth_user_attribute"]
        if attributes.contains(where: { body[$0] == nil || body[$0] == "" }) {
            fail("basic_auth_enabled", "User and password attributes must be set when basic auth is enabled.")
        }
    }
}
