import JSON

extension OAuth2Provider {
    /// - Throws: ``Refusal/crash`` if a redirect URI is incomplete.
    func json(in store: Store) throws(Refusal) -> JSONValue {
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
        return .object(fields)
    }

    /// The redirect URIs as a look-up shows them: one without a kind is for logins.
    func redirectURIsJSON(_ release: Release) throws(Refusal) -> [JSONValue] {
        var entries: [JSONValue] = []
        for entry in redirectURIs {
            entries.append(try entry.json(release.hasRedirectURITypes ? entry.kind ?? .authorization : nil))
        }
        return entries
    }

    /// - Throws: ``Refusal/crash`` if a redirect URI is incomplete: whatever touches them fails.
    func requireReadableRedirectURIs() throws(Refusal) {
        for entry in redirectURIs { _ = try entry.json(nil) }
    }
}
