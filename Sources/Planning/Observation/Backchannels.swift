import Kinds

extension ObservedState {
    /// Completes which application has a provider as a backchannel: 2024.12 says so only of the application.
    package mutating func completeBackchannels() {
        let holders = Dictionary(
            applications.flatMap { application in
                application.backchannelProviders.compactMap(\.pk).map { ($0, application.slug) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        guard !holders.isEmpty else { return }
        for index in providers.indices where providers[index].backchannelApplicationSlug == nil {
            providers[index].backchannelApplicationSlug = holders[providers[index].pk]
        }
    }
}
