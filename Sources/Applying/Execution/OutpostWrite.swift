import AuthentikAPI
import Kinds
import Planning

/// One write of what an outpost serves, for all services that are due.
///
/// The list is everybody's, and Authentik only takes it as a whole. So it is read right before it is written, only the
/// providers that are due are added and taken out, and it is read again afterwards: what somebody else wrote meanwhile
/// may have undone it, and then it is done again.
struct OutpostWrite: Sendable {
    /// The pk of the outpost.
    let outpost: String
    let name: String
    var joining: Set<Int> = []
    var leaving: Set<Int> = []

    /// How often it is written, if somebody else writes at the same time.
    private static let attempts = 3

    /// Sends it, unless the outpost holds all of it by now.
    ///
    /// - Throws: ``ServiceFailure``, `AuthentikError`, `WritesStopped`, or `CancellationError`.
    func send(_ client: AuthentikClient) async throws {
        var seen = try await client.outpost(pk: outpost)
        for _ in 0..<Self.attempts {
            let wanted = seen.providers.subtracting(leaving).union(joining)
            if wanted == seen.providers { return }
            guard !wanted.isEmpty || seen.isEmbedded else {
                throw ServiceFailure("the outpost '\(name)' would be without a provider, which Authentik does not let be")
            }
            _ = try await client.setProviders(wanted, ofOutpost: outpost)
            seen = try await client.outpost(pk: outpost)
        }
        guard seen.providers.isSuperset(of: joining), seen.providers.isDisjoint(with: leaving) else {
            throw ServiceFailure("somebody else writes what the outpost '\(name)' serves at the same time; the next pass tries again")
        }
    }
}

extension OutpostWrite {
    /// - Returns: nil if a provider is not known that is to be added or taken out.
    init?(_ memberships: [(OutpostMembership, StepContext)]) {
        guard let first = memberships.first?.0 else { return nil }
        outpost = first.outpost
        name = first.name
        for (membership, context) in memberships {
            guard let provider = context.value(membership.provider, \.provider) else { return nil }
            if membership.isServed { joining.insert(provider) } else { leaving.insert(provider) }
        }
        leaving.subtract(joining)
    }
}
