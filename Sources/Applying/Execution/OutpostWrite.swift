import AuthentikAPI
import Base
import Kinds
import Planning

/// One write of an outpost's providers, for all services with changes due.
///
/// The list is shared with others, and Authentik only accepts it as a whole. So it is read immediately before it is
/// written, only the due providers are added and removed, and it is read again afterwards: if a concurrent write has
/// undone the change, it is repeated.
///
/// A write by somebody else between that read and our write is overwritten. The list does not show this, but the audit
/// log does, so it is read: if it has such a write, its author is reported, and nothing is guessed.
struct OutpostWrite: Sendable {
    /// The pk of the outpost.
    let outpost: String
    let name: String
    var joining: Set<Int> = []
    var leaving: Set<Int> = []

    /// The maximum number of attempts if somebody else writes at the same time.
    private static let attempts = 3
    /// The number of audit log entries read: more than are added during a write.
    private static let lookback = 50

    /// Sends the write, unless the outpost already has all changes.
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
                // One of the other providers was deleted meanwhile.
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
                "the outpost '\(name)' was changed by others at the same time; the next pass tries again"
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
    /// - Parameter events: the outpost's entries in the audit log since the read before the write, newest first.
    private func overwritten(_ events: [AuditEvent], _ client: AuthentikClient) async throws -> String? {
        guard let newest = events.first, events.contains(where: { $0.requestID != newest.requestID }) else {
            return nil
        }
        let own = try await client.account().username
        // What came after our write is seen by the read that follows it.
        guard let last = events.firstIndex(where: { $0.username == own }) else { return nil }
        return events[last...].last { $0.username != own }.map { $0.username.map { "'\($0)'" } ?? "somebody" }
    }

    private func isOfOutpost(_ event: AuditEvent) -> Bool {
        event.app == Kind.outpost.model?.app && event.modelName == Kind.outpost.model?.name
            && event.objectPK.map { undashed($0) == undashed(outpost) } ?? false
    }
}

extension OutpostWrite {
    /// - Returns: nil if a provider that should be added or removed is unknown.
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
