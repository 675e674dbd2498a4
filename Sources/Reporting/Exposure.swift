import Applying
import Base
package import Planning

/// Who may open one service: a clause; nil where an error tells it.
package struct AccessText {
    package let text: String

    package init?(_ access: AccessRecord) {
        switch AccessStanding.State(rawValue: access.state) {
        case .restricted: text = "open to \(access.subjects.joined(separator: ", "))"
        case .everyone: text = "open to everybody, as declared"
        // What others bound is told by a note where the file says who may open it.
        case .unmanaged:
            let open = access.isExposed ? "open to everybody; the" : "the"
            let bound = access.others.isEmpty ? "" : "; bound by others: \(access.others.joined(separator: ", "))"
            let expiring =
                access.expiring.isEmpty ? "" : "; bound for a time: \(access.expiring.joined(separator: ", "))"
            text = "\(open) file does not say who may open it\(bound)\(expiring)"
        case .closed, .blocked, nil: return nil
        }
    }
}

/// The services that anybody may open although nobody said so, as information below a plan, a report or a status.
///
/// Nobody knows of any where no file says of a service who may open it: then nobody looks.
struct Exposure {
    /// Services that are named; the rest is counted.
    private static let named = 12

    /// Those whose file does not say who may open them.
    private var unsaid: [String] = []
    /// Those whose file says it, of somebody who is not there.
    private var unrestricted: [String] = []

    init(_ services: [ServicePlan]) {
        self.init(services.map { ($0.slug, $0.access.map(AccessRecord.init)) })
    }

    /// Leaves out what was to be made, and was not.
    init(_ report: PassReport) {
        self.init(report.outcomes.filter { $0.failure == nil || $0.plan.decision != .create }.map(\.plan))
    }

    /// - Parameter services: their slugs, and who may open each, as far as that is known.
    init(_ services: [(slug: String, access: AccessRecord?)]) {
        for (slug, access) in services {
            guard let access, access.isExposed else { continue }
            if access.state == AccessStanding.State.unmanaged.rawValue {
                unsaid.append(slug)
            } else {
                unrestricted.append(slug)
            }
        }
    }

    /// A clause for each sort of them; none if there are none.
    ///
    /// - Parameter show: makes a slug ready to be shown.
    func lines(_ show: (String) -> String) -> [String] {
        [
            line(unrestricted, "open to everybody, although the file says who may open it", show),
            line(unsaid, "open to everybody", show).map { "\($0) (no 'access' in the file)" },
        ].compactMap(\.self)
    }

    private func line(_ slugs: [String], _ what: String, _ show: (String) -> String) -> String? {
        guard !slugs.isEmpty else { return nil }
        let rest = slugs.count - Self.named
        let list = slugs.prefix(Self.named).map(show) + (rest > 0 ? ["and \(count(rest, "other"))"] : [])
        let verb = slugs.count == 1 ? "is" : "are"
        return "\(count(slugs.count, "service")) \(verb) \(what): \(list.joined(separator: ", "))"
    }
}
