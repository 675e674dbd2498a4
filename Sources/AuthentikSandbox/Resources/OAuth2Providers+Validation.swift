import FoundationEssentials
import JSON
import PythonRegex

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
        fields.text("client_id", into: &draft.clientID, blank: false, maximum: 255) { clientID in
            guard let other = store.indexes.providerByClientID[clientID], other != pk else { return nil }
            return "OAuth2/OpenID Provider with this Client ID already exists."
        }
        fields.text("client_secret", into: &draft.clientSecret, maximum: 255)
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
        if store.release.hasGrantTypes { fields.grantTypes(into: &draft.grantTypes) }
        fields.choice("sub_mode", into: &draft.subjectMode)
        fields.choice("issuer_mode", into: &draft.issuerMode)
        // There are no sources to federate with.
        fields.references("jwt_federation_sources", into: &draft.federatedSources) { _ in false }
        fields.references("jwt_federation_providers", into: &draft.federatedProviders) { store.providers.contains($0) }
        if crashes { throw .crash }
        try fields.finish()
    }
}

extension Validator {
    /// The name of a provider, which no provider of any kind may have.
    mutating func providerName(into draft: inout OAuth2Provider, in store: Store) {
        let pk = draft.pk
        text("name", into: &draft.name, required: true, blank: false) { name in
            guard let other = store.indexes.providerByName[name], other != pk else { return nil }
            return "provider with this name already exists."
        }
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

    fileprivate mutating func grantTypes(into target: inout [String]) {
        let known: Set = [
            "authorization_code", "implicit", "hybrid", "refresh_token", "client_credentials", "password",
            "urn:ietf:params:oauth:grant-type:device_code",
        ]
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
    /// - Returns: whether Authentik fails before it stores anything: on a pattern without a URL, which only a PATCH
    ///   lets through.
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
