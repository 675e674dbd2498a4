import AuthentikAPI
import Base
import DesiredState
import Planning
import SecretSources

/// A pass that reads only the services that may have changed, based on the last look.
///
/// The planner still gets the whole state and the whole file, so every rule holds as in a full pass. A full look is
/// taken instead, before anything is written, if
///
/// | | because |
/// |---|---|
/// | there is no snapshot, or the file changed in more than services | nothing is known, or other lists are needed |
/// | the last full look took fewer requests than this would | the lists are cheaper |
/// | an application is not found under its slug and was not deleted | it has another slug, or another provider |
/// | an answer of Authentik cannot be used: it ignores a filter, or denies access | a full look may not need it |
/// | a service that was not read would be written to, or is planned differently than in the last pass | its part of the snapshot is out of date |
/// | an object that belongs to no service would be written to, or deletions are held back | that concerns all services |
/// | a service that was read needs manual action, or cannot be corrected completely | what it lacks may exist by now |
extension Pass {
    /// Looks at the services of ``scope``, and plans.
    ///
    /// - Throws: ``FullLookNeeded``; ``PassFailure`` if Authentik does not answer; or `CancellationError`.
    func lookAtTargets() async throws -> (seen: Seen, plan: Plan) {
        guard case .services(let changed) = scope else {
            _ = snapshots?.take()
            throw FullLookNeeded("it was requested")
        }
        guard let snapshot = snapshots?.take() else { throw FullLookNeeded("the last pass was incomplete") }
        let targets = try snapshot.targets(changed, for: desired)
        guard snapshot.cost(for: desired).isWorthIt(for: targets) else {
            throw FullLookNeeded("it takes fewer requests than \(count(targets.count, "service"))")
        }
        do {
            // A pass without any request would report that Authentik is reachable.
            if targets.isEmpty { _ = try await client.release() }
            let seen = try await observe(targets, after: snapshot)
            return (seen, try plan(of: seen, for: targets, after: snapshot))
        } catch let error as AuthentikError {
            guard error.mayConcernSingleObjects else { throw PassFailure(error) }
            throw FullLookNeeded("\(error)")
        }
    }

    private func observe(_ targets: [Target], after snapshot: Snapshot) async throws -> Seen {
        let meter = LookMeter(client)
        async let secrets = secrets(of: targets, after: snapshot)
        let observer = Observer(client: client, kubernetes: kubernetes)
        let authentik = try await observer.observe(targets, for: desired, after: snapshot)
        var resolved = await secrets
        if let placeholders, client.isSandbox { resolved.fill(placeholders) }
        var seen = Seen(authentik: authentik, secrets: resolved, look: PassLook(), full: snapshot.full)
        seen = try await withProofs(seen, by: observer)
        seen.look = meter.look(at: targets.count)
        return seen
    }

    /// Resolves the secrets of the services; for all others, those of the snapshot are kept.
    private func secrets(of targets: [Target], after snapshot: Snapshot) async -> ResolvedSecrets {
        let slugs = Set(targets.filter { $0.parts.contains(.secret) }.map(\.slug))
        var resolved = snapshot.secrets
        if !slugs.isEmpty {
            let new = if let secretsOf { await secretsOf(slugs) } else { await secrets() }
            resolved.looks.merge(new.looks) { $1 }
            resolved.placeholders.removeAll { new.looks[$0] != nil }
            resolved.placeholders = (resolved.placeholders + new.placeholders).sorted {
                $0.description < $1.description
            }
        }
        let named = Set(desired.services.compactMap { $0.provider?.secret })
        resolved.looks = resolved.looks.filter { named.contains($0.key) }
        resolved.placeholders.removeAll { !named.contains($0) }
        return resolved
    }

    /// The plan of the services that were read, with all others unchanged.
    ///
    /// - Throws: ``FullLookNeeded``
    private func plan(of seen: Seen, for targets: [Target], after snapshot: Snapshot) throws -> Plan {
        var plan = try narrowedPlan(of: seen)
        guard plan.heldDeletions == nil else { throw FullLookNeeded("deletions are held back") }
        guard !plan.changesShared else { throw FullLookNeeded("an object that belongs to no service changes") }
        let slugs = Set(targets.map(\.slug))
        let paused = paused(seen.secrets.looks)
        for index in plan.services.indices {
            let service = plan.services[index]
            if slugs.contains(service.slug) {
                guard !service.decision.isStuck, service.hindrance == nil else {
                    throw FullLookNeeded(
                        "'\(service.slug)' needs manual action: \(service.hindrance ?? service.reason)"
                    )
                }
                continue
            }
            guard Snapshot.Expectation(service) == snapshot.expectations[service.slug],
                service.steps.isEmpty || service.isPaused(paused)
            else { throw FullLookNeeded("'\(service.slug)' is planned differently: \(service.reason)") }
            plan.services[index] = service.withheld
        }
        // A service that disappears without having been read depended on one that was read.
        if let lost = Set(snapshot.expectations.keys).subtracting(slugs).subtracting(plan.services.map(\.slug)).min() {
            throw FullLookNeeded("'\(lost)' disappeared")
        }
        return plan
    }
}

extension AuthentikError {
    /// Whether a full look may not need the request that failed.
    ///
    /// If Authentik is unreachable or overloaded, a full look would only send more requests.
    fileprivate var mayConcernSingleObjects: Bool {
        switch kind {
        case .permissionDenied, .notFound, .rejected, .unstableList, .undecodable: true
        case .unreachable, .notAuthentik, .unavailable, .throttled, .serverError, .invalidToken: false
        }
    }
}

/// A targeted look is not enough, or not worth it; nothing was written.
struct FullLookNeeded: Error {
    /// A clause.
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

/// Measures the requests and the time of a look.
struct LookMeter {
    private let client: AuthentikClient
    private let reads: Int
    private let time: Duration

    init(_ client: AuthentikClient) {
        self.client = client
        reads = client.requestCounts.reads
        time = client.answerTime
    }

    /// - Parameter services: how many were looked at; nil for everything.
    func look(at services: Int?) -> PassLook {
        PassLook(
            services: services,
            reads: client.requestCounts.reads - reads,
            serverTime: client.answerTime - time
        )
    }
}
