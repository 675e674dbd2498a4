import AuthentikAPI
package import DesiredState
import Kinds

/// Tells the inner halves of proxy providers, which Authentik lists among the OAuth2 providers, from what they look like.
///
/// | its application says | its redirect URIs look like a proxy's | the list of proxy providers | it is |
/// |---|---|---|---|
/// | a proxy provider | any | – | a proxy provider |
/// | an OAuth2 provider | any | – | an OAuth2 provider |
/// | nothing, or there is none | no | – | an OAuth2 provider |
/// | nothing, or there is none | yes | has it | a proxy provider |
/// | nothing, or there is none | yes | does not have it | an OAuth2 provider |
/// | nothing, or there is none | yes | may not be seen | undetermined, and left alone |
extension ObservedState {
    /// Takes over what applications say of their providers; what looks like a proxy provider is undetermined without.
    package mutating func tellProxiesByApplications() {
        let models = Dictionary(
            applications.compactMap { application in
                application.provider.map { ($0, application.providerSummary?.model) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        for index in providers.indices {
            switch models[providers[index].pk] ?? nil {
            case "authentik_providers_proxy.proxyprovider": providers[index].kind = .proxy
            case "authentik_providers_oauth2.oauth2provider": providers[index].kind = .oauth2
            default: providers[index].kind = providers[index].looksLikeProxy ? .undetermined : .oauth2
            }
        }
    }

    /// Whether only the list of proxy providers can tell of a provider what it is, and it matters for a plan.
    ///
    /// It does not matter of one that an application has which no plan is about, unless it has a declared name.
    package func needsProxies(for desired: DesiredState) -> Bool {
        let unclear = providers.filter { $0.kind == .undetermined }
        guard !unclear.isEmpty else { return false }
        let seen = Set(applications.map(\.slug))
        let declared = Set(desired.services.compactMap(\.provider).flatMap { [$0.name, $0.clientID] })
        let marked = Set(marks.compactMap(\.remains.provider))
        return unclear.contains { provider in
            [provider.applicationSlug, provider.backchannelApplicationSlug].compactMap(\.self).allSatisfy(seen.contains)
                || declared.contains(provider.name) || declared.contains(provider.clientID)
                || marked.contains(provider.pk)
        }
    }

    /// - Parameter listed: the pks of all proxy providers; nil if the account may not see them.
    package mutating func tellProxies(listed: Set<Int>?) {
        guard let listed else { return }
        for index in providers.indices where providers[index].kind == .undetermined {
            providers[index].kind = listed.contains(providers[index].pk) ? .proxy : .oauth2
        }
    }
}

extension OAuth2Provider {
    /// Why it is nobody's own, for a clause; empty if it can be.
    var proxyRemark: String {
        switch kind {
        case .oauth2: ""
        case .proxy: "is a proxy provider, and this program manages none"
        case .undetermined:
            "looks like a proxy provider by its redirect URIs, and this account may not see what it is (the permission "
                + "authentik_providers_proxy.view_proxyprovider would tell)"
        }
    }
}
