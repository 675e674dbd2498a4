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

    /// The scope mappings of a provider, in the order in which the installation made them, which is how Authentik's
    /// database happens to return them.
    func mappings(of provider: OAuth2Provider) -> [ScopeMapping] {
        scopeMappings.inOrderOfCreation.filter { provider.propertyMappings.contains($0.pk) }
    }

    /// Whether a policy can be bound to the object of that UUID.
    func isBindingTarget(_ target: UUID) -> Bool {
        applications.contains(target) || entitlements.contains(target)
            || flows.inOrderOfCreation.contains { $0.bindingTarget == target }
    }
}
