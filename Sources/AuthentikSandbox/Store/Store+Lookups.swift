import FoundationEssentials

extension Store {
    func application(slug: String) -> Application? {
        indexes.applicationBySlug[slug].flatMap { applications[$0] }
    }

    /// The application that a provider is linked to.
    func application(of provider: Int) -> Application? {
        indexes.applicationByProvider[provider].flatMap { applications[$0] }
    }

    func backchannelApplication(of provider: Int) -> Application? {
        indexes.applicationByBackchannelProvider[provider].flatMap { applications[$0] }
    }

    func provider(clientID: String) -> OAuth2Provider? {
        indexes.providerByClientID[clientID].flatMap { providers[$0] }
    }

    /// The scope mappings of a provider, in the order in which the installation made them, which is how Authentik's
    /// database happens to return them.
    func mappings(of provider: OAuth2Provider) -> [ScopeMapping] {
        scopeMappings.inOrderOfCreation.filter { provider.propertyMappings.contains($0.pk) }
    }

    /// The bindings of a target, in their order.
    func bindings(of target: UUID) -> [PolicyBinding] {
        (indexes.bindingsByTarget[target] ?? []).compactMap { bindings[$0] }.sorted { $0.order < $1.order }
    }

    func bindingCount(of policy: UUID) -> Int {
        bindings.inOrderOfCreation.count { $0.policy == policy }
    }

    /// What a binding names its target by; nil if it can be none.
    func name(ofBindingTarget target: UUID) -> String? {
        applications[target]?.name ?? entitlements[target]?.name ?? flows[target].map { "Flow \($0.name)" }
    }

    /// Whether a policy can be bound to the object of that UUID.
    func isBindingTarget(_ target: UUID) -> Bool {
        name(ofBindingTarget: target) != nil || indexes.bindingsByTarget[target] != nil
    }
}
