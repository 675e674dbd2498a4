import AuthentikAPI
import Base
import Kinds
import Planning

/// One write of what an outpost serves, for all services that are due.
///
/// The list is everybody's, and Authentik only takes it as a whole. So it is read right before it is written, only the
/// providers that are due are added and taken out, and it is read again afterwards: what somebody else wrote meanwhile
/// may have undone it, and then it is done again.
///
/// Between that read and the write a moment is left in which somebody else's write is overwritten. No list tells of it, and
/// the audit log does, so it is asked: where it has such a write, it is told whose, and nothing is guessed.
struct OutpostWrite: Sendable {
    /// The pk of the outpost.
    let outpost: String
    let name: String
    var joining: Set<Int> = []
    var leaving: Set<Int> = []

    /// How often it is written, if somebody else writes at the same time.
    private static let attempts = 3
    /// How many entries of the audit log are looked at: more than come in the time of a write.
    private static let lookback = 50

    /// Sends it, unless the outpost holds all of it by now.
    ///
    /// - Throws: ``ServiceFailure``, `AuthentikError`, `WritesStopped`, or `CancellationError`.
    func send(_ client: AuthentikClient) async throws {
        var latest = try? await client.newestEvents(1).first?.pk
        for attempt in 1...Self.attempts {
            let seen = try await client.outpost(pk: outpost)
            let wanted = seen.providers.subtracting(leaving).union(joining)
            if wanted == seen.providers { return }
            guard !wanted.isEmpty || seen.isEmbedded else { throw emptied }
            do {
                _ = try await client.setProviders(wanted, ofOutpost: outpost)
            } catch let error as AuthentikError where error.mayBeOutdated && attempt < Self.attempts {
                // One of the others was deleted meanwhile.
                continue
            }
            guard let before = latest, let events = try? await client.newestEvents(Self.lookback) else { continue }
            latest = events.first?.pk
            if let other = try? await overwritten(events.prefix { $0.pk != before }.filter(isOfOutpost), client) {
                throw ServiceFailure(
                    "\(other) changed what the outpost '\(name)' serves at the same moment, and that change may be lost; "
                        + "check that it serves everything it should"
                )
            }
        }
        let seen = try await client.outpost(pk: outpost)
        guard seen.providers.isSuperset(of: joining), seen.providers.isDisjoint(with: leaving) else {
            throw ServiceFailure(
                "somebody else is changing what the outpost '\(name)' serves at the same time; the next pass tries again"
            )
        }
    }

    private var emptied: ServiceFailure {
        ServiceFailure(
            "the outpost '\(name)' still serves it: Authentik requires every outpost to have a provider; add another provider to "
                + "it, or delete it"
        )
    }

    /// Who else changed the outpost after the read and before the write; nil if nobody did.
    ///
    /// - Parameter events: the entries of the audit log about it since the read before the write, the newest first.
    private func overwritten(_ events: [AuditEvent], _ client: AuthentikClient) async throws -> String? {
        guard let newest = events.first, events.contains(where: { $0.requestID != newest.requestID }) else {
            return nil
        }
        let own = try await client.account().username
        // What came after the write of ours is seen by the read that follows it.
        guard let last = events.firstIndex(where: { $0.username == own }) else { return nil }
        return events[last...].last { $0.username != own }.map { $0.username.map { "'\($0)'" } ?? "somebody" }
    }

    private func isOfOutpost(_ event: AuditEvent) -> Bool {
        event.app == Kind.outpost.model?.app && event.modelName == Kind.outpost.model?.name
            && event.objectPK.map { undashed($0) == undashed(outpost) } ?? false
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
