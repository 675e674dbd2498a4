package import Kinds

extension ObservedState {
    /// Completes which application has a provider as a backchannel: releases before 2025.12 say so only of the
    /// application.
    ///
    /// - Parameter listed: further applications, which no plan is about.
    package mutating func completeBackchannels(of listed: [Application] = []) {
        let holders = Dictionary(
            (applications + listed).flatMap { application in
                application.backchannelProviders.compactMap(\.pk).map { ($0, application.slug) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        guard !holders.isEmpty else { return }
        for index in providers.indices where providers[index].backchannelApplicationSlug == nil {
            providers[index].backchannelApplicationSlug = holders[providers[index].pk]
        }
    }

    /// Carries over which application has a provider as a backchannel to providers that were read again, if that
    /// application is none of those that are read again with them.
    package func keepBackchannels(in rows: inout [OAuth2Provider]) {
        let seen = Set(applications.map(\.slug))
        let holders = Dictionary(
            providers.compactMap { provider in
                provider.backchannelApplicationSlug.flatMap { seen.contains($0) ? nil : (provider.pk, $0) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        guard !holders.isEmpty else { return }
        for index in rows.indices where rows[index].backchannelApplicationSlug == nil {
            rows[index].backchannelApplicationSlug = holders[rows[index].pk]
        }
    }
}
