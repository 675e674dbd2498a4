import Applying
import Base
package import Planning

/// Whether people get through to one service with forward-auth: a clause.
package struct ServingText {
    package let text: String

    package init(_ serving: ServingRecord) {
        text = serving.complaint ?? "served by the outpost '\(serving.outpost)'"
    }
}

/// The services with forward-auth that nobody gets through to although all is as declared, as information below a plan, a
/// report or a status: no pass can start an outpost.
struct Unserved {
    /// Services that are named of one outpost; the rest is counted.
    private static let named = 12

    /// A clause of each outpost, and the services that it is to serve.
    private var outposts: [(complaint: String, slugs: [String])] = []

    init(_ services: [ServicePlan]) {
        self.init(services.map { ($0.slug, $0.serving.map(ServingRecord.init)) })
    }

    init(_ report: PassReport) {
        self.init(report.outcomes.map { ($0.plan.slug, $0.serving.map(ServingRecord.init)) })
    }

    /// - Parameter services: their slugs, and how each is served, as far as that is known.
    init(_ services: [(slug: String, serving: ServingRecord?)]) {
        for (slug, serving) in services {
            // What its outpost does not have is not as declared, which is told of the service.
            guard let serving, serving.state == ServingStanding.State.outpostNotSeen.rawValue else { continue }
            let complaint = serving.complaint ?? "the outpost '\(serving.outpost)' was not seen"
            if let index = outposts.firstIndex(where: { $0.complaint == complaint }) {
                outposts[index].slugs.append(slug)
            } else {
                outposts.append((complaint, [slug]))
            }
        }
    }

    /// A clause for each outpost; none if there are none.
    ///
    /// - Parameter show: makes a text ready to be shown.
    func lines(_ show: (String) -> String) -> [String] {
        outposts.map { complaint, slugs in
            let rest = slugs.count - Self.named
            let list = slugs.prefix(Self.named).map(show) + (rest > 0 ? ["and \(count(rest, "other"))"] : [])
            return "nobody can reach \(count(slugs.count, "service")), because \(complaint.printable): "
                + list.joined(separator: ", ")
        }
    }
}
