import Applying
import Base
package import Planning

/// Whether people can reach one service with forward-auth, as a clause.
package struct ServingText {
    package let text: String

    package init(_ serving: ServingRecord) {
        text = serving.complaint ?? "served by the outpost '\(serving.outpost)'"
    }
}

/// The services with forward-auth that nobody can reach although everything is as declared, as information below a
/// plan, a report or a status: a pass cannot start an outpost.
struct Unserved {
    /// The maximum number of services named per outpost; the rest is counted.
    private static let named = 12

    /// A clause about each outpost, with the services that it should serve.
    private var outposts: [(complaint: String, slugs: [String])] = []

    init(_ services: [ServicePlan]) {
        self.init(services.map { ($0.slug, $0.serving.map(ServingRecord.init)) })
    }

    init(_ report: PassReport) {
        self.init(report.outcomes.map { ($0.plan.slug, $0.serving.map(ServingRecord.init)) })
    }

    /// - Parameter services: their slugs, and how each is served if known.
    init(_ services: [(slug: String, serving: ServingRecord?)]) {
        for (slug, serving) in services {
            // A service missing in its outpost is not as declared, which is reported for the service itself.
            guard let serving, serving.state == ServingStanding.State.outpostNotSeen.rawValue else { continue }
            let complaint = serving.complaint ?? "the outpost '\(serving.outpost)' was not seen"
            if let index = outposts.firstIndex(where: { $0.complaint == complaint }) {
                outposts[index].slugs.append(slug)
            } else {
                outposts.append((complaint, [slug]))
            }
        }
    }

    /// A clause for each outpost; empty if there are none.
    ///
    /// - Parameter show: formats a text.
    func lines(_ show: (String) -> String) -> [String] {
        outposts.map { complaint, slugs in
            let rest = slugs.count - Self.named
            let list = slugs.prefix(Self.named).map(show) + (rest > 0 ? ["and \(count(rest, "other"))"] : [])
            return "nobody can reach \(count(slugs.count, "service")), because \(complaint.printable): "
                + list.joined(separator: ", ")
        }
    }
}
