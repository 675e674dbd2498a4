import Applying
package import Base
package import Kinds
import Planning

/// One change that this daemon made: an entry of the history, which is kept in memory.
package struct RecentChange: Sendable, Equatable, Codable {
    /// How many are kept.
    package static let limit = 20
    /// ``kind`` of a service.
    package static let service = "service"

    package var at: Timestamp
    /// The number of the pass.
    package var pass: Int
    /// ``service``, or the id of a `Kind`, as `group`.
    package var kind: String
    /// The slug of a service, or the name of anything else.
    package var name: String
    /// What was done: the raw value of `Decision`.
    package var decision: String
    /// A clause: `group differs`.
    package var reason: String
    /// The changed fields, as `provider.redirect_uris`.
    package var fields: [String]
    /// The workload that was restarted for it, as `deployment monitoring/grafana`; absent if none was.
    package var restarted: String?
    /// Whether it corrected drift.
    package var isDrift: Bool
    /// Who caused the drift, by Authentik's audit log; absent if that does not say.
    package var by: DriftAuthor?
    /// True if that was watched all the while and has nothing of it: a blueprint or a shell did it; absent otherwise.
    package var isUnlogged: Bool?

    /// Who caused the drift, as far as that is known: `akadmin from 10.0.0.5`.
    package var culprit: String? { by?.description ?? (isUnlogged == true ? LastDrift.unlogged : nil) }

    /// Whether it is about a service of that slug.
    package func isAbout(_ slug: String) -> Bool { kind == Self.service && name == slug }
}

extension RecentChange {
    /// - Parameter drift: what it corrected; nil if nobody else had a part in it.
    init(_ outcome: ServiceOutcome, _ pass: FinishedPass, drift: LastDrift?) {
        let change = LastChange(outcome, pass)
        self.init(
            at: change.at,
            pass: change.pass,
            kind: Self.service,
            name: outcome.plan.slug,
            decision: change.decision,
            reason: change.reason,
            fields: change.fields,
            restarted: change.restarted,
            isDrift: drift != nil,
            by: drift?.by,
            isUnlogged: drift?.isUnlogged
        )
    }

    /// - Parameter drift: what it corrected; nil if nobody else had a part in it.
    init(_ outcome: SharedOutcome, _ pass: FinishedPass, drift: LastDrift?) {
        self.init(
            at: pass.finishedAt,
            pass: pass.number,
            kind: outcome.kind.id,
            name: outcome.name,
            decision: outcome.plan.decision.rawValue,
            reason: outcome.plan.pastReason,
            fields: outcome.plan.changes.map { "\($0.object.rawValue).\($0.field)" },
            isDrift: drift != nil,
            by: drift?.by,
            isUnlogged: drift?.isUnlogged
        )
    }
}

/// Who changed what, as far as the audit log was read.
package struct DriftAuthors: Sendable, Equatable {
    /// By the slugs of services.
    package var services: [String: DriftAuthor] = [:]
    /// By what belongs to no service; outposts, too, which services are put into.
    package var shared: [SharedName: DriftAuthor] = [:]

    package init(services: [String: DriftAuthor] = [:], shared: [SharedName: DriftAuthor] = [:]) {
        self.services = services
        self.shared = shared
    }

    /// Who changed a service, or the outpost that it was taken out of.
    func author(of plan: ServicePlan) -> DriftAuthor? {
        if let author = services[plan.slug] { return author }
        guard let outpost = plan.serving?.outpost, plan.changes.contains(where: { $0.object == .outpost }) else {
            return nil
        }
        return shared[SharedName(.outpost, outpost)]
    }
}
