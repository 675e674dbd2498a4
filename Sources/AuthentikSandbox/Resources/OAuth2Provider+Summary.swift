import JSON

/// The kind that an answer says a provider is of.
enum ProviderKind {
    /// What Authentik knows of a provider before it looks which kind it is.
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
    /// What an application shows of its provider, and every kind of provider has.
    ///
    /// - Parameters:
    ///   - application: the one it is linked to, under the name that shall be shown.
    ///   - kind: what it is shown as; its own kind unless given.
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

    /// What an outpost shows of its providers.
    func bareSummary(in store: Store) -> JSONValue {
        .object(summary(of: store.application(of: pk), in: store, kind: .bare))
    }
}
