import FoundationEssentials
import JSON

/// `/providers/oauth2/`, looked up by number.
///
/// Proxy providers are listed too, as if they were of this kind: they are built on it
/// (https://github.com/goauthentik/authentik/issues/11949).
enum OAuth2Providers: EditableResource {
    static let app = "authentik_providers_oauth2"
    static let modelName = "oauth2provider"
    static let model = "OAuth2Provider"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [OAuth2Provider] { store.providers.inOrder() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> OAuth2Provider? {
        guard let pk = Int(key) else { throw .notFound }
        return store.providers[pk]
    }

    static func filter(_ filter: inout Filter<OAuth2Provider>, in store: Store) {
        filter.text("name") { $0.name }
        filter.text("client_id") { $0.clientID }
        filter.choice("client_type") { $0.clientType }
        filter.choice("issuer_mode") { $0.issuerMode }
        filter.choice("sub_mode") { $0.subjectMode }
        filter.flag("include_claims_in_id_token") { $0.includeClaimsInIDToken }
        filter.text("access_code_validity") { $0.accessCodeValidity }
        filter.text("access_token_validity") { $0.accessTokenValidity }
        filter.text("refresh_token_validity") { $0.refreshTokenValidity }
        filter.reference("authorization_flow", exists: { store.flows.contains($0) }) { $0.authorizationFlow }
        filter.reference("signing_key", exists: { store.certificates.contains($0) }) { $0.signingKey }
        filter.reference("application", exists: { store.applications.contains($0) }) { row in
            store.indexes.applicationByProvider[row.pk]
        }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((OAuth2Provider) -> SortKey)? {
        switch field {
        case "pk": { .number($0.pk) }
        case "name": { .text($0.name) }
        case "client_id": { .text($0.clientID) }
        case "client_type": { .text($0.clientType.rawValue) }
        default: nil
        }
    }

    static func json(_ row: OAuth2Provider, _ request: APIRequest, in store: Store) throws(Refusal) -> JSONValue {
        try row.json(in: store)
    }

    /// An update answers the redirect URIs as they are stored: without a kind where a PATCH gave none.
    static func updated(
        _ old: OAuth2Provider,
        _ new: OAuth2Provider,
        _ body: JSONValue,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> JSONValue {
        guard case .object(var fields) = try new.json(in: store) else { return .null }
        var entries: [JSONValue] = []
        for entry in new.redirectURIs { entries.append(try entry.json(entry.kind)) }
        fields["redirect_uris"] = .array(entries)
        return .object(fields)
    }

    /// What would go with the provider: nothing but its hold on its scope mappings, and its application is not named.
    static let allRoutes: [Route] = {
        let path = "api/v3/providers/oauth2/"
        return routes(path) + [
            Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy),
            Route("GET", path + "{}/setup_urls/", permission: permission("view"), setupURLs),
        ]
    }()

    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let provider = try find(request, in: store)
        return .ok(
            .array(
                store.mappings(of: provider).map { mapping in
                    [
                        "app": "authentik_core",
                        "model_name": "propertymapping",
                        "pk": mapping.pk.json,
                        "name": .string("Property Mapping \(mapping.name)"),
                        "action": "cascade_many",
                    ]
                }
            )
        )
    }

    private static func setupURLs(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        .ok(OpenIDConfiguration(of: try find(request, in: store), origin: request.origin, in: store).setupURLs)
    }

    static func blank(in store: inout Store) -> OAuth2Provider {
        OAuth2Provider(pk: store.keys.makeProviderKey())
    }

    static func insert(_ row: OAuth2Provider, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: OAuth2Provider, with new: OAuth2Provider, in store: inout Store) {
        store.replace(old, with: new)
    }

    static func delete(_ row: OAuth2Provider, in store: inout Store) { store.replace(row, with: nil) }
}
