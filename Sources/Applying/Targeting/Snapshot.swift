package import DesiredState
import Kinds
import Planning
import SecretSources
import Synchronization

/// The result of the last look, on which passes are based that read only the services that may have changed.
///
/// Only a pass that read and did everything in its scope leaves one. What that pass wrote is out of date in it, so the
/// next pass reads it again.
struct Snapshot: Sendable {
    /// What a targeted pass must decide again for services that it does not read.
    struct Expectation: Equatable {
        private let decision: Decision
        /// The part that cannot be done.
        private let hindrance: String?

        init(_ plan: ServicePlan) {
            decision = plan.decision
            hindrance = plan.hindrance
        }
    }

    /// By slug.
    var expectations: [String: Expectation]
    var authentik: ObservedState
    var secrets: ResolvedSecrets
    /// What the file declared.
    var desired: DesiredState
    /// What the pass wrote to, by service.
    var outdated: [String: Target]
    /// The cost of the last full look.
    var full: PassLook

    /// A service of which a part cannot be done is complete without that part.
    ///
    /// - Returns: nil if the pass was incomplete, or changed an object that belongs to no service.
    init?(_ report: PassReport, _ authentik: ObservedState, _ desired: DesiredState, full: PassLook) {
        guard report.heldDeletions == nil, !report.outcomes.contains(where: \.isCutShort),
            report.shared.allSatisfy({ $0.failure == nil && !$0.isWritten })
        else { return nil }
        self.authentik = authentik
        self.desired = desired
        self.full = full
        secrets = report.secrets
        expectations = Dictionary(
            report.outcomes.map { ($0.plan.slug, Expectation($0.plan)) },
            uniquingKeysWith: { first, _ in first }
        )
        outdated = [:]
        for outcome in report.outcomes where !outcome.written.isEmpty {
            let slug = outcome.plan.slug
            let deleted = Set(
                outcome.plan.steps.compactMap { step -> String? in
                    guard case .delete(let object) = step.effect, object.kind == .application else { return nil }
                    return object.key
                }
            )
            let pks = deleted.isEmpty ? [] : authentik.applications.filter { deleted.contains($0.slug) }.map(\.pk)
            outdated[slug] = Target(
                slug: slug,
                parts: ServiceParts(writtenBy: outcome),
                deleted: Set(pks.map(undashed)),
                created: outcome.made.application.map(undashed)
            )
        }
    }

    /// The services that a pass has to read: the requested ones, those whose declarations changed, and those that were
    /// written to since they were last read.
    ///
    /// - Returns: ordered by slug.
    /// - Throws: ``FullLookNeeded`` if the file changed in more than services, or needs lists that were not read.
    func targets(_ changed: ChangedServices, for desired: DesiredState) throws(FullLookNeeded) -> [Target] {
        guard self.desired.differsOnlyInServices(from: desired) else {
            throw FullLookNeeded("the file changed in more than services")
        }
        var targets = outdated
        func add(_ slug: String, deleted: Set<String> = []) {
            var target = targets[slug] ?? Target(slug: slug, parts: .all)
            target.parts = .all
            target.deleted.formUnion(deleted)
            targets[slug] = target
        }
        for slug in changed.slugs { add(slug, deleted: changed.deleted) }
        for slug in self.desired.slugsOfDifferences(from: desired) { add(slug) }
        return targets.values.sorted { $0.slug < $1.slug }
    }

    func cost(for desired: DesiredState) -> LookCost {
        let proxies = Set(authentik.providers.lazy.filter { $0.kind != .oauth2 }.map(\.pk))
        let linked = authentik.applications.lazy.filter { $0.provider.map(proxies.contains) ?? false }.map(\.slug)
        let declared = desired.services.lazy.filter { $0.forwardAuth != nil }.map(\.slug)
        return LookCost(
            managesAccess: desired.managesAccess,
            proxies: Set(linked).union(declared),
            full: full.reads
        )
    }
}

/// Keeps the snapshot from one pass to the next.
package final class SnapshotStore: Sendable {
    private let snapshot = Mutex<Snapshot?>(nil)

    package init() {}

    /// Whether the next pass may be a targeted one.
    package var hasSnapshot: Bool { snapshot.withLock { $0 != nil } }

    /// Removes the snapshot, so that a failed pass leaves none and a full look does not need memory for both.
    func take() -> Snapshot? {
        snapshot.withLock { snapshot in
            defer { snapshot = nil }
            return snapshot
        }
    }

    func keep(_ new: Snapshot?) { snapshot.withLock { $0 = new } }
}

extension DesiredState {
    /// Whether another version of the file differs only in services, and needs no additional lists from Authentik.
    fileprivate func differsOnlyInServices(from other: DesiredState) -> Bool {
        var (own, other) = (self, other)
        let named = (own.accessSubjects, other.accessSubjects)
        let features = { (file: DesiredState) in [file.managesAccess, file.usesForwardAuth, file.federatesSources] }
        guard features(own) == features(other),
            named.1.allSatisfy({ kind, names in named.0[kind]?.isSuperset(of: names) ?? false })
        else { return false }
        guard own.scopeMappings.count == other.scopeMappings.count,
            zip(own.scopeMappings, other.scopeMappings).allSatisfy({ $0.values == $1.values && $0.adopt == $1.adopt })
        else { return false }
        (own.services, other.services) = ([], [])
        (own.scopeMappings, other.scopeMappings) = ([], [])
        return own == other
    }

    /// The services that another version of the file changes, removes or adds.
    fileprivate func slugsOfDifferences(from other: DesiredState) -> Set<String> {
        func table(_ services: [Service]) -> [String: Service] {
            Dictionary(services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (own, others) = (table(services), table(other.services))
        var slugs = Set(own.keys).symmetricDifference(others.keys)
        for (slug, service) in own {
            if let other = others[slug], !service.isDeclared(as: other) { slugs.insert(slug) }
        }
        return slugs
    }
}

extension Service {
    /// Whether another declaration is the same except for its place.
    package func isDeclared(as other: Service) -> Bool {
        var other = other
        other.location = location
        if let location = access?.location { other.access?.location = location }
        if var subjects = other.access?.subjects, let own = access?.subjects, subjects.list.count == own.list.count {
            for index in subjects.list.indices { subjects.list[index].location = own.list[index].location }
            other.access?.rule = .subjects(subjects)
        }
        return self == other
    }
}
