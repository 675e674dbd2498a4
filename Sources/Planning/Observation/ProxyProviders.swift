import AuthentikAPI
package import DesiredState
package import Kinds

/// Distinguishes proxy providers, whose inner halves Authentik lists among the OAuth2 providers, from real ones.
///
/// | its application says | its redirect URIs look like a proxy's | the list of proxy providers | it is |
/// |---|---|---|---|
/// | a proxy provider | any | – | a proxy provider |
/// | an OAuth2 provider | any | – | an OAuth2 provider |
/// | nothing, or there is none | no | – | an OAuth2 provider |
/// | nothing, or there is none | yes | has it | a proxy provider |
/// | nothing, or there is none | yes | does not have it | an OAuth2 provider |
/// | nothing, or there is none | yes | cannot be read | undetermined, and left alone |
extension ObservedState {
    /// Sets the types of providers from their applications; anything else that looks like a proxy provider is
    /// undetermined.
    package mutating func classifyProxiesByApplications() {
        let models = providerModels
        for index in providers.indices { providers[index].classify(by: models[providers[index].pk]) }
    }

    /// The types of providers according to their applications, by pk.
    package var providerModels: [Int: String] {
        var models = [Int: String](minimumCapacity: applications.count)
        for application in applications {
            guard let provider = application.provider, models[provider] == nil else { continue }
            models[provider] = application.providerSummary?.model
        }
        return models
    }

    /// Whether a plan needs the list of proxy providers: one of them is or was a service's own, or only the list can
    /// determine a provider's type.
    ///
    /// The type does not matter for the provider of an application that no plan concerns, unless it has a declared
    /// name.
    package func needsProxies(for desired: DesiredState) -> Bool {
        let proxies = providers.filter { $0.kind == .proxy }
        if !proxies.isEmpty {
            let own = Set(marks.filter { $0.remains.mayBelong(to: desired.owner) }.flatMap(\.remains.allProviders))
            if proxies.contains(where: { own.contains($0.pk) }) { return true }
        }
        let unclear = providers.filter { $0.kind == .undetermined }
        guard !unclear.isEmpty else { return false }
        let seen = Set(applications.map(\.slug))
        let declared = Set(desired.services.compactMap(\.login).flatMap { [$0.name, $0.clientID].compactMap(\.self) })
        let marked = Set(marks.flatMap(\.remains.allProviders))
        return unclear.contains { provider in
            [provider.applicationSlug, provider.backchannelApplicationSlug].compactMap(\.self).allSatisfy(seen.contains)
                || declared.contains(provider.name) || declared.contains(provider.clientID)
                || marked.contains(provider.pk)
        }
    }

    /// - Parameter listed: all proxy providers; nil if the account may not list them.
    package mutating func classifyProxies(listed: [ProxyProvider]?) {
        guard let listed else { return }
        let proxies = Dictionary(listed.map { ($0.pk, $0) }, uniquingKeysWith: { first, _ in first })
        for index in providers.indices { providers[index].classify(as: proxies[providers[index].pk]) }
    }
}

extension OAuth2Provider {
    /// - Parameter model: its type according to its application; nil without one.
    package mutating func classify(by model: String?) {
        kind =
            switch model {
            case ProxyProvider.model: .proxy
            case Self.model: .oauth2
            default: looksLikeProxy ? .undetermined : .oauth2
            }
    }

    /// - Parameter proxy: the proxy provider of its pk; nil if there is none.
    package mutating func classify(as proxy: ProxyProvider?) {
        if kind == .undetermined { kind = proxy == nil ? .oauth2 : .proxy }
        self.proxy = proxy
    }

    /// Why it cannot be the provider that a service needs, because it is of another kind: part of a clause.
    var proxyRemark: String {
        switch kind {
        case .oauth2: "is an OAuth2 provider"
        case .proxy: "is a proxy provider"
        case .undetermined:
            "looks like a proxy provider by its redirect URIs, and this account may not see what it is (it lacks the "
                + "permission authentik_providers_proxy.view_proxyprovider)"
        }
    }
}
