import FoundationEssentials
import JSON
import PythonRegex

/// `/providers/oauth2/`, looked up by number.
///
/// Proxy providers are also listed, as if they were of this kind: they are built on it
/// (https://github.com/goauthentik/authentik/issues/11949).
enum OAuth2Providers: EditableResource {
    static let app = "authentik_providers_oauth2"
    static let modelName = "oauth2provider"
    static let model = "OAuth2Provider"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [OAuth2Provider] { store.providers.inOrder() }
    static func rowsByKey(in store: inout Store) -> [OAuth2Provider] { store.providers.inOrderOfKeys() }

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
        case "name": { .text($0.name) }
        case "client_id": { .text($0.clientID) }
        case "client_type": { .text($0.clientType.rawValue) }
        default: nil
        }
    }

    static func json(_ row: OAuth2Provider, _ request: APIRequest, in store: Store) throws(Refusal) -> JSONValue {
        .object(try fields(of: row, request, in: store))
    }

    /// The parts of a provider that the caller may see.
    private static func fields(
        of row: OAuth2Provider,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> [String: JSONValue] {
        var fields = try row.fields(in: store)
        if store.release.hidesSecrets, !store.may(request.callerKey, permission("change")) {
            fields["client_secret"] = nil
        }
        return fields
    }

    /// The answer to an update has the redirect URIs as they are stored: without a kind if a PATCH gave none.
    static func updated(
        _ old: OAuth2Provider,
        _ new: OAuth2Provider,
        _ body: JSONValue,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> JSONValue {
        var fields = try fields(of: new, request, in: store)
        var entries: [JSONValue] = []
        for entry in new.redirectURIs { entries.append(try entry.json(entry.kind)) }
        fields["redirect_uris"] = .array(entries)
        return .object(fields)
    }

    /// Only the uses of a provider by other objects are listed, not its application.
    static let allRoutes: [Route] = {
        let path = "api/v3/providers/oauth2/"
        return routes(path) + [
            Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy),
            Route("GET", path + "{}/setup_urls/", permission: permission("view"), setupURLs),
        ]
    }()

    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        .ok(.array(uses(of: try find(request, in: store), request, in: store)))
    }

    /// The uses of a provider of any kind: its scope mappings, and the outposts that the caller may see.
    static func uses(of provider: OAuth2Provider, _ request: APIRequest, in store: Store) -> [JSONValue] {
        func use(_ app: String, _ modelName: String, pk: UUID, name: String) -> JSONValue {
            [
                "app": .string(app), "model_name": .string(modelName), "pk": pk.json, "name": .string(name),
                "action": "cascade_many",
            ]
        }
        let mappings = store.mappings(of: provider).map { mapping in
            use("authentik_core", "propertymapping", pk: mapping.pk, name: "Property Mapping \(mapping.name)")
        }
        guard store.may(request.callerKey, Outposts.permission("view")) else { return mappings }
        let outposts = store.outposts.inOrderOfCreation.filter { $0.providers.contains(provider.pk) }
        return mappings
            + outposts.map { use(Outposts.app, Outposts.modelName, pk: $0.pk, name: $0.name) }
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

extension OAuth2Providers {
    static func validate(
        _ body: JSONValue,
        into draft: inout OAuth2Provider,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.providerName(into: &draft, in: store)
        fields.flows(into: &draft, in: store)
        fields.references("property_mappings", into: &draft.propertyMappings) { store.scopeMappings.contains($0) }
        fields.choice("client_type", into: &draft.clientType)
        func asciiError(_ text: String, _ name: String) -> String? {
            let isASCII = text.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) }
            return isASCII || !store.release.requiresASCIICredentials
                ? nil : "\(name) must consist of only ASCII characters."
        }
        fields.text("client_id", into: &draft.clientID, blank: false, maximum: 255) { clientID in
            if let error = asciiError(clientID, "Client ID") { return error }
            guard let other = store.indexes.providerByClientID[clientID], other != pk else { return nil }
            return "OAuth2/OpenID Provider with this Client ID already exists."
        }
        fields.text("client_secret", into: &draft.clientSecret, maximum: 255) { asciiError($0, "Client secret") }
        fields.duration("access_code_validity", into: &draft.accessCodeValidity)
        fields.duration("access_token_validity", into: &draft.accessTokenValidity)
        fields.duration("refresh_token_validity", into: &draft.refreshTokenValidity)
        fields.flag("include_claims_in_id_token", into: &draft.includeClaimsInIDToken)
        fields.reference("signing_key", into: &draft.signingKey, exists: { store.certificates.contains($0) })
        fields.reference("encryption_key", into: &draft.encryptionKey, exists: { store.certificates.contains($0) })
        let crashes = fields.redirectURIs(into: &draft.redirectURIs, store.release)
        if store.release.hasLogoutFields {
            fields.duration("refresh_token_threshold", into: &draft.refreshTokenThreshold)
            fields.text("logout_uri", into: &draft.logoutURI, check: URLCheck.logout.error)
            fields.choice("logout_method", into: &draft.logoutMethod)
        }
        if store.release.hasGrantTypes { fields.grantTypes(into: &draft.grantTypes, store.release) }
        fields.choice("sub_mode", into: &draft.subjectMode)
        fields.choice("issuer_mode", into: &draft.issuerMode)
        fields.federation(into: &draft, in: store)
        if crashes { throw .crash }
        try fields.finish()
    }
}

extension Validator {
    /// The name of a provider, unique across all kinds.
    mutating func providerName(into draft: inout OAuth2Provider, in store: Store) {
        let pk = draft.pk
        text("name", into: &draft.name, required: true, blank: false) { name in
            guard let other = store.indexes.providerByName[name], other != pk else { return nil }
            return "provider with this name already exists."
        }
    }

    /// The providers whose tokens a provider accepts.
    mutating func federation(into draft: inout OAuth2Provider, in store: Store) {
        references("jwt_federation_sources", into: &draft.federatedSources) { store.sources.contains($0) }
        references("jwt_federation_providers", into: &draft.federatedProviders) { store.providers.contains($0) }
    }

    /// The flows of a provider of any kind.
    mutating func flows(into draft: inout OAuth2Provider, in store: Store) {
        func isFlow(_ key: UUID) -> Bool { store.flows.contains(key) }
        reference("authentication_flow", into: &draft.authenticationFlow, exists: isFlow)
        reference(
            "authorization_flow",
            into: &draft.authorizationFlow,
            required: true,
            nullable: false,
            exists: isFlow
        )
        reference(
            "invalidation_flow",
            into: &draft.invalidationFlow,
            required: true,
            nullable: false,
            exists: isFlow
        )
    }

    fileprivate mutating func grantTypes(into target: inout [String], _ release: Release) {
        var known = Set(OAuth2Provider.olderGrantTypes)
        if release.exchangesTokens { known.insert(OAuth2Provider.tokenExchange) }
        guard let value = value("grant_types") else { return }
        guard case .array(let items) = value else {
            return fail("grant_types", "Expected a list of items but got type \"\(value.pythonType)\".")
        }
        if items.isEmpty { return fail("grant_types", "This list may not be empty.") }
        var errors: [String: JSONValue] = [:]
        for (index, item) in items.enumerated() where !known.contains(item.pythonText) {
            errors[String(index)] = .strings(["\"\(item.pythonText)\" is not a valid choice."])
        }
        if !errors.isEmpty { return fail("grant_types", with: .object(errors)) }
        target = items.map(\.pythonText)
    }

    mutating func duration(_ field: String, into target: inout String) {
        text(field, into: &target, blank: false, check: TimedeltaCheck.error)
    }

    /// The list of redirect URIs.
    ///
    /// - Returns: whether Authentik fails before it stores anything: because of a pattern without a URL, which only a
    ///   PATCH
    ///   accepts.
    fileprivate mutating func redirectURIs(into target: inout [RedirectURI], _ release: Release) -> Bool {
        let field = "redirect_uris"
        guard let value = value(field, required: true) else { return false }
        guard case .array(let items) = value else {
            fail(
                field,
                with: ["non_field_errors": .strings(["Expected a list of items but got type \"\(value.pythonType)\"."])]
            )
            return false
        }
        var entries: [RedirectURI] = []
        var errors: [JSONValue] = []
        for item in items {
            do {
                entries.append(try RedirectURI.validate(item, partial: isPartial, release))
                errors.append([:])
            } catch {
                guard case .invalid(let reasons) = error else { continue }
                errors.append(reasons)
            }
        }
        guard entries.count == items.count else {
            fail(field, with: .array(errors))
            return false
        }
        for entry in entries where entry.matchingMode == .regex {
            guard let pattern = entry.url else { return true }
            if (try? PythonPattern(pattern)) == nil {
                fail(field, "Invalid Regex Pattern: \(pattern)")
                return false
            }
        }
        target = entries
        return false
    }
}
