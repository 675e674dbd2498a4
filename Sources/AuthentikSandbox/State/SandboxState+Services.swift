import FoundationEssentials

extension SandboxState {
    /// Adds made-up services, `service-00000` and so on: an application and its OAuth2 provider each, as a
    /// reconciler would have made them but for the mark.
    package mutating func addServices(_ count: Int) {
        let authorization = store.indexes.flowBySlug["default-provider-authorization-implicit-consent"]
        let invalidation = store.indexes.flowBySlug["default-provider-invalidation-flow"]
        let key = store.certificates.inOrderOfCreation.first?.pk
        let scopes = store.scopeMappings.inOrderOfCreation
            .filter { ["openid", "email", "profile"].contains($0.scopeName) }.map(\.pk)
        for number in 0..<count {
            let digits = String(number)
            let name = "service-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
            guard store.indexes.applicationBySlug[name] == nil, store.indexes.providerByName[name] == nil else {
                continue
            }
            var provider = OAuth2Provider(pk: store.keys.makeProviderKey(), name: name)
            provider.clientID = name
            provider.authorizationFlow = authorization
            provider.invalidationFlow = invalidation
            provider.signingKey = key
            provider.propertyMappings = scopes
            provider.redirectURIs = [
                RedirectURI(matchingMode: .strict, url: "https://\(name).example.org/callback", kind: .authorization)
            ]
            if release.hasGrantTypes { provider.grantTypes = ["authorization_code", "refresh_token"] }
            store.replace(nil, with: provider)
            store.replace(
                nil,
                with: Application(
                    name: name,
                    slug: name,
                    provider: provider.pk,
                    metaLaunchURL: "https://\(name).example.org"
                )
            )
        }
    }
}
