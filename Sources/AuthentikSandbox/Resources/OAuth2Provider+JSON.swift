import JSON

extension OAuth2Provider {
    /// - Throws: ``Refusal/crash`` if a redirect URI is incomplete.
    func json(in store: Store) throws(Refusal) -> JSONValue {
        var redirectURIs: [JSONValue] = []
        for entry in self.redirectURIs { redirectURIs.append(try entry.json()) }
        var fields = summary(of: store.application(of: pk), in: store)
        fields["client_type"] = .string(clientType.rawValue)
        fields["client_id"] = .string(clientID)
        fields["client_secret"] = .string(clientSecret)
        fields["access_code_validity"] = .string(accessCodeValidity)
        fields["access_token_validity"] = .string(accessTokenValidity)
        fields["refresh_token_validity"] = .string(refreshTokenValidity)
        fields["refresh_token_threshold"] = .string(refreshTokenThreshold)
        fields["include_claims_in_id_token"] = .bool(includeClaimsInIDToken)
        fields["signing_key"] = signingKey.json
        fields["encryption_key"] = encryptionKey.json
        fields["redirect_uris"] = .array(redirectURIs)
        fields["logout_uri"] = .string(logoutURI)
        fields["logout_method"] = .string(logoutMethod.rawValue)
        fields["sub_mode"] = .string(subjectMode.rawValue)
        fields["issuer_mode"] = .string(issuerMode.rawValue)
        fields["jwt_federation_sources"] = .array(federatedSources.map(\.json))
        fields["jwt_federation_providers"] = .array(federatedProviders.map { .integer($0) })
        return .object(fields)
    }

    /// What an application shows of its provider, and every kind of provider has.
    ///
    /// - Parameter application: the one it is linked to, under the name that shall be shown.
    func summary(of application: Application?, in store: Store) -> [String: JSONValue] {
        let backchannel = store.backchannelApplication(of: pk)
        return [
            "pk": .integer(pk),
            "name": .string(name),
            "authentication_flow": authenticationFlow.json,
            "authorization_flow": authorizationFlow.json,
            "invalidation_flow": invalidationFlow.json,
            "property_mappings": .array(store.mappings(of: self).map(\.pk.json)),
            "component": "ak-provider-oauth2-form",
            "assigned_application_slug": .text(application?.slug),
            "assigned_application_name": .text(application?.name),
            "assigned_backchannel_application_slug": .text(backchannel?.slug),
            "assigned_backchannel_application_name": .text(backchannel?.name),
            "verbose_name": "OAuth2/OpenID Provider",
            "verbose_name_plural": "OAuth2/OpenID Providers",
            "meta_model_name": "authentik_providers_oauth2.oauth2provider",
        ]
    }

    /// - Throws: ``Refusal/crash`` if a redirect URI is incomplete: whatever touches them fails.
    func requireReadableRedirectURIs() throws(Refusal) {
        for entry in redirectURIs { _ = try entry.json() }
    }
}
