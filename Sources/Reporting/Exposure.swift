import Applying
import Base
package import Planning

/// Who may open one service, as a clause; nil if an error says it.
package struct AccessText {
    package let text: String

    package init?(_ access: AccessRecord) {
        switch AccessStanding.State(rawValue: access.state) {
        case .restricted: text = "open to \(access.subjects.joined(separator: ", "))"
        case .everyone: text = "open to everybody, as declared"
        // If the file declares access, bindings of others are reported by a note.
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

/// The services that everybody may open without this being declared, as information below a plan, a report or a status.
///
/// There are none if no file declares access, because then it is not read.
struct Exposure {
    /// The maximum number of services named; the rest is counted.
    private static let named = 12

    /// Services without declared access.
    private var unsaid: [String] = []
    /// Services with declared access for subjects that do not exist.
    private var unrestricted: [String] = []

    init(_ services: [ServicePlan]) {
        self.init(services.map { ($0.slug, $0.access.map(AccessRecord.init)) })
    }

    /// Leaves out services that should have been created but were not.
    init(_ report: PassReport) {
        self.init(report.outcomes.filter { $0.failure == nil || $0.plan.decision != .create }.map(\.plan))
    }

    /// - Parameter services: their slugs, with their access if known.
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

    /// A clause for each category; empty if there are none.
    ///
    /// - Parameter show: formats a slug.
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
