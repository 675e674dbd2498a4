import Applying
package import Base
package import Kinds
import Planning

/// One change made by this daemon: an entry of the history, which is kept in memory.
package struct RecentChange: Sendable, Equatable, Codable {
    /// The number of entries kept.
    package static let limit = 20
    /// ``kind`` of a service.
    package static let service = "service"

    package var at: Timestamp
    /// The number of the pass.
    package var pass: Int
    /// ``service``, or the id of a `Kind`, such as `group`.
    package var kind: String
    /// The slug of a service, or the name of any other object.
    package var name: String
    /// What was done: the raw value of `Decision`.
    package var decision: String
    /// A clause: `group differs`.
    package var reason: String
    /// The changed fields, as `provider.redirect_uris`.
    package var fields: [String]
    /// The workload that was restarted for it, such as `deployment monitoring/grafana`; absent if none was.
    package var restarted: String?
    /// Whether it corrected drift.
    package var isDrift: Bool
    /// The author of the drift according to Authentik's audit log; absent if it has none.
    package var by: DriftAuthor?
    /// True if the audit log was watched throughout and has no such change, so that a blueprint or a shell made it;
    /// absent otherwise.
    package var isUnlogged: Bool?

    /// The author of the drift, if known: `akadmin from 10.0.0.5`.
    package var culprit: String? { by?.description ?? (isUnlogged == true ? LastDrift.unlogged : nil) }

    /// Whether it is about the service with that slug.
    package func isAbout(_ slug: String) -> Bool { kind == Self.service && name == slug }
}

extension RecentChange {
    /// - Parameter drift: the drift that it corrected; nil for a change of this owner only.
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

    /// - Parameter drift: the drift that it corrected; nil for a change of this owner only.
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

/// The authors of changes, as far as the audit log was read.
package struct DriftAuthors: Sendable, Equatable {
    /// By the slugs of services.
    package var services: [String: DriftAuthor] = [:]
    /// By shared object, which belongs to no service; including outposts, to which services are added.
    package var shared: [SharedName: DriftAuthor] = [:]

    package init(services: [String: DriftAuthor] = [:], shared: [SharedName: DriftAuthor] = [:]) {
        self.services = services
        self.shared = shared
    }

    /// The author of a change to a service, or to the outpost that it was removed from.
    func author(of plan: ServicePlan) -> DriftAuthor? {
        if let author = services[plan.slug] { return author }
        guard let outpost = plan.serving?.outpost, plan.changes.contains(where: { $0.object == .outpost }) else {
            return nil
        }
        return shared[SharedName(.outpost, outpost)]
    }
}
