import AuthentikAPI
import Kinds
import Planning

/// Determines which applications are exported.
struct ExportSelection {
    let owner: String
    let isAll: Bool
    private(set) var ownerRemark: String?
    /// Ordered by slug.
    private(set) var applications: [Application] = []
    /// Ordered by slug.
    private(set) var leftOut: [LeftOut] = []
    /// The number of applications that do not carry the owner's mark; 0 if all are exported.
    private(set) var others = 0
    /// The owners of all marks, in alphabetical order.
    let owners: [String]
    private let readings: [String: OwnershipMark.Reading]

    init(_ scope: Export.Scope, _ observed: ObservedState) {
        readings = Dictionary(
            observed.marks.map { ($0.application, $0.reading) },
            uniquingKeysWith: { first, _ in first }
        )
        owners = Set(
            readings.values.compactMap { reading in
                if case .mark(let mark) = reading { mark.owner } else { nil }
            }
        ).sorted()
        switch scope {
        case .marked(let owner):
            self.owner = owner
            isAll = false
        case .all(let owner?):
            self.owner = owner
            isAll = true
        case .all(nil):
            isAll = true
            if owners.count == 1, let only = owners.first, Export.complaint(aboutOwner: only) == nil {
                owner = only
                ownerRemark = "the only owner with marks in Authentik"
            } else {
                owner = Export.placeholderOwner
                ownerRemark = "a placeholder: name the owner of these services, or use --owner"
            }
        }
        for application in observed.applications.sorted(by: { ($0.slug, $0.pk) < ($1.slug, $1.pk) }) {
            sort(application)
        }
    }

    private mutating func sort(_ application: Application) {
        switch readings[application.pk] {
        case .mark(let mark) where mark.owner == owner: applications.append(application)
        case .newer(_, let owner) where owner == self.owner || isAll: leaveOut(application)
        case .unreadable(let remains) where remains.mayBelong(to: owner) || isAll: leaveOut(application)
        case .mark where isAll: leaveOut(application)
        case nil where isAll: applications.append(application)
        default: others += 1
        }
    }

    private mutating func leaveOut(_ application: Application) {
        let reason: String
        var cause = CommentCause.unreadableMark
        switch readings[application.pk] {
        case .mark(let mark):
            reason = "it belongs to the owner '\(mark.owner)'"
            cause = .otherOwner
        case .newer(let version, let owner):
            reason =
                "its mark\(owner.map { " of '\($0)'" } ?? "") has version \(version), which this program does not understand"
        case .unreadable(let remains): reason = remains.reason
        case nil: return
        }
        leftOut.append(LeftOut(slug: application.slug, reason: reason, cause: cause))
    }

    /// The mark of an application, if it is this owner's.
    func mark(of application: Application) -> OwnershipMark? {
        guard case .mark(let mark) = readings[application.pk], mark.owner == owner else { return nil }
        return mark
    }

    /// Leaves out the applications for which there is a reason to.
    mutating func leaveOut(_ reason: (Application) -> (text: String, cause: CommentCause)?) {
        applications.removeAll { application in
            guard let reason = reason(application) else { return false }
            leftOut.append(LeftOut(slug: application.slug, reason: reason.text, cause: reason.cause))
            return true
        }
        leftOut.sort { $0.slug < $1.slug }
    }
}
