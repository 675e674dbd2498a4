import Base
import Planning
import Reporting
import Status

/// The last thing that happened to any service, whoever did it.
struct LatestEvent {
    var slug: String
    var at: Timestamp
    /// What this daemon did; nil if somebody else's change was found later, and left.
    var change: LastChange?
    /// What somebody else did that led to it; nil if nobody did.
    var drift: LastDrift?

    /// - Returns: nil if nothing happened.
    init?(_ services: [ServiceStatus]) {
        guard let latest = services.compactMap(Self.init).max(by: { $0.at < $1.at }) else { return nil }
        self = latest
    }

    /// - Returns: nil if nothing happened to this one.
    init?(_ service: ServiceStatus) {
        slug = service.slug
        switch (service.lastChange, service.lastDrift) {
        case (let change?, let drift?) where change.pass == drift.pass:
            (at, self.change, self.drift) = (max(change.at, drift.at), change, drift)
        case (let change?, let drift) where drift.map({ $0.at <= change.at }) ?? true:
            (at, self.change) = (change.at, change)
        case (_, let drift?):
            (at, self.drift) = (drift.at, drift)
        default:
            return nil
        }
    }

    /// `mended`, `created`.
    var word: String {
        guard let change else { return "changed" }
        return drift == nil ? change.done : "mended"
    }

    /// As `provider.redirect_uris`.
    var fields: [String] {
        change?.fields ?? drift?.changes.map { "\($0.object).\($0.field)" } ?? []
    }

    /// ` after a change by akadmin`; nil if nobody else had a part in it.
    var author: HTML? {
        drift.map { drift in
            let name: HTML = drift.by.map { "<b><bdi>\($0.username)</bdi></b>" } ?? "somebody else"
            return change == nil ? " by \(name)" : " after a change by \(name)"
        }
    }
}
