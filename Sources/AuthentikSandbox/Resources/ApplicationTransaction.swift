import JSON

/// `PUT /core/transactional/applications/`: a provider, its application and its bindings, all or nothing.
///
/// Errors in the application are reported before those in the provider. Neither may exist. A missing permission to add
/// bindings is reported last.
enum ApplicationTransaction {
    /// The kinds of provider that Authentik accepts here.
    private static func providerModels(_ release: Release) -> [String] {
        release.hasWSFederation
            ? olderProviderModels + ["authentik_providers_ws_federation.wsfederationprovider"] : olderProviderModels
    }

    private static let olderProviderModels = [
        "authentik_providers_google_workspace.googleworkspaceprovider",
        "authentik_providers_ldap.ldapprovider",
        "authentik_providers_microsoft_entra.microsoftentraprovider",
        "authentik_providers_oauth2.oauth2provider",
        "authentik_providers_proxy.proxyprovider",
        "authentik_providers_rac.racprovider",
        "authentik_providers_radius.radiusprovider",
        "authentik_providers_saml.samlprovider",
        "authentik_providers_scim.scimprovider",
        "authentik_providers_ssf.ssfprovider",
    ]

    static let route = Route(
        "api/v3/core/transactional/applications/",
        .tokens,
        methods: ["PUT"],
        ["PUT": .init(Applications.permission("add"), put)]
    )

    private static func put(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let body = try request.json()
        let kind: any EditableResource<OAuth2Provider>.Type =
            body["provider_model"]?.string == ProxyProviders.providerModel ? ProxyProviders.self : OAuth2Providers.self
        guard store.may(request.callerKey, kind.permission("add")) else { throw .permissionDenied }
        var fields = try Validator(body, partial: false)
        var application = Application()
        if let body = fields.value("app", required: true) {
            fields.nest("app") { () throws(Refusal) in
                try Applications.validate(body, into: &application, partial: false, in: store)
            }
        }
        let model = fields.value("provider_model", required: true)?.pythonText
        if let model, !providerModels(store.release).contains(model) {
            fields.fail("provider_model", "\"\(model)\" is not a valid choice.")
        }
        let providerBody = fields.value("provider", required: true)
        if let providerBody, providerBody.object == nil {
            fields.fail(
                "provider",
                "Expected a dictionary of items but got type \"\(providerBody.pythonType)\"."
            )
        }
        let bindings = fields.bindings(in: store)
        try fields.finish()

        guard model == kind.providerModel, let providerBody else {
            throw .notInSandbox("a provider of the kind \(model ?? "")")
        }
        var provider = kind.blank(in: &store)
        fields.nest("provider") { () throws(Refusal) in
            try kind.validate(providerBody, into: &provider, partial: false, in: store)
        }
        try fields.finish()
        let permissions = bindings.isEmpty ? [] : [PolicyBindings.permission("add")]
        guard permissions.allSatisfy({ store.may(request.callerKey, $0) }) else { throw .permissionDenied }

        application.provider = provider.pk
        kind.insert(provider, in: &store)
        Applications.insert(application, in: &store)
        for var binding in bindings {
            binding.target = application.pk
            PolicyBindings.insert(binding, in: &store)
        }
        var answer = APIResponse.ok(["applied": true, "logs": []])
        answer.permissions = [kind.permission("add")] + permissions
        return answer
    }
}

extension Resource {
    /// The name of the kind in a transaction.
    fileprivate static var providerModel: String { "\(app).\(modelName)" }
}

extension Validator {
    /// Puts the errors of a nested object under its field.
    fileprivate mutating func nest(_ field: String, _ validate: () throws(Refusal) -> Void) {
        do {
            try validate()
        } catch {
            if case .invalid(let errors) = error { fail(field, with: errors) }
        }
    }

    fileprivate mutating func bindings(in store: Store) -> [PolicyBinding] {
        guard let value = value("policy_bindings") else { return [] }
        guard case .array(let items) = value else {
            fail(
                "policy_bindings",
                with: ["non_field_errors": .strings(["Expected a list of items but got type \"\(value.pythonType)\"."])]
            )
            return []
        }
        var bindings: [PolicyBinding] = []
        var errors: [JSONValue] = []
        for item in items {
            var binding = PolicyBinding()
            do {
                try PolicyBindings.validateWithoutTarget(item, into: &binding, in: store)
                errors.append([:])
                bindings.append(binding)
            } catch {
                if case .invalid(let reasons) = error { errors.append(reasons) }
            }
        }
        if bindings.count < items.count { fail("policy_bindings", with: .array(errors)) }
        return bindings
    }
}
