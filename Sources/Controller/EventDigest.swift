import Applying
import DesiredState
import Kinds
import KubernetesAPI
import Planning
import Status
import Verification

/// What happened in a pass, as Kubernetes Events: one for each kind of event, regardless of the number of services.
///
/// | what happened | reason | |
/// |---|---|---|
/// | services were written to | `ServicesChanged` | normal |
/// | services were found changed by somebody else | `ServicesDrifted` | normal |
/// | workloads were restarted | `WorkloadsRestarted` | normal |
/// | services failed, or entered a state that needs attention | `ServicesNotInSync` | warning |
/// | services are closed to everybody, or open again to the subjects in the file | `AccessClosed`, `AccessOpened` | warning, normal |
/// | services can no longer be reached, or can be reached again | `ServicesNotServed`, `ServicesServed` | warning, normal |
/// | logins no longer work according to probes, or work again | `LoginsNotVerified`, `LoginsVerified` | warning, normal |
/// | somebody keeps changing services | `ConflictingChanges` | warning |
/// | deletions are blocked | `DeletionsHeld` | warning |
/// | Authentik became unreachable, or reachable again | `AuthentikLost`, `AuthentikBack` | warning, normal |
/// | the file became invalid | `FileInvalid` | warning |
/// | this replica began to lead | `BecameLeader` | normal |
///
/// What continues unchanged is not an event.
struct EventDigest {
    private(set) var notes: [EventNote] = []

    /// The maximum number of services named in an Event; the rest is counted.
    private static let namedServices = 12

    init(_ events: [LedgerEvent]) {
        var changed: [String] = []
        var stuck: [String] = []
        var drifted: [String] = []
        var restarted: [String] = []
        var closed: [String] = []
        var opened: [String] = []
        var unserved: [String] = []
        var served: [String] = []
        var unverified: [String] = []
        var verified: [String] = []
        var contests: [String] = []
        var rest: [EventNote] = []
        for event in events {
            switch event {
            case .changed(let service):
                changed.append("\(service.slug): \(service.decision.rawValue), \(service.reason)")
            case .sharedChanged(let object):
                changed.append("\(object.title): \(object.decision.rawValue), \(object.pastReason)")
            case .sharedFailed(let object, let failure, isNew: true):
                stuck.append("\(object.title): failed, \(failure.message)")
            case .sharedStuck(let object, let state):
                stuck.append("\(object.title): \(state.rawValue), \(object.reason)")
            case .restarted(let slug, let workload): restarted.append("\(slug): \(workload), for its new secret")
            case .failed(let slug, let failure, isNew: true): stuck.append("\(slug): failed, \(failure.message)")
            case .stuck(let slug, let state, let reason): stuck.append("\(slug): \(state.rawValue), \(reason)")
            case .accessClosed(let slug, let reason): closed.append("\(slug): \(reason)")
            case .accessOpened(let slug): opened.append(slug)
            case .notServed(let slug, _, let reason): unserved.append("\(slug): \(reason)")
            case .servedAgain(let slug, let outpost): served.append("\(slug): by the outpost '\(outpost)'")
            case .unverified(let slug, let failure):
                unverified.append("\(slug): \(failure.reason.rawValue), \(failure.message)")
            case .verified(let slug): verified.append(slug)
            case .contestBegan(let slug, let contest):
                let culprit = contest.blueprints?.culprit.map { ", by \($0)" } ?? ""
                contests.append("\(slug): \(contest.fields.map(ChangeLine.label).joined(separator: ", "))\(culprit)")
            case .deletionsHeld(let heldDeletions):
                rest.append(EventNote(isWarning: true, reason: "DeletionsHeld", note: heldDeletions.message))
            case .authentikLost(let error, _):
                rest.append(EventNote(isWarning: true, reason: "AuthentikLost", note: error))
            case .authentikBack:
                rest.append(EventNote(isWarning: false, reason: "AuthentikBack", note: "Authentik answers again"))
            case .leads:
                let note = "this replica became the leader"
                rest.append(EventNote(isWarning: false, reason: "BecameLeader", note: note))
            case .drifted(let service, let drift):
                let culprit = drift.culprit.map { ", by \($0)" } ?? ""
                let moment = drift.by.map { " at \($0.at)" } ?? ""
                let link = drift.by?.link.map { ", \($0)" } ?? ""
                drifted.append("\(service.slug): \(drift.reason)\(culprit)\(moment)\(link)")
            case .sharedDrifted(let object, let drift):
                let culprit = drift.culprit.map { ", by \($0)" } ?? ""
                drifted.append("\(object.title): \(drift.reason)\(culprit)")
            case .failed, .sharedFailed, .corrected, .sharedCorrected, .recovered, .contestEnded, .deletionsReleased,
                .standsBy, .waits,
                .leaseLost, .leaseBack:
                continue
            }
        }
        add("ServicesChanged", isWarning: false, changed)
        add("ServicesDrifted", isWarning: false, drifted)
        add("WorkloadsRestarted", isWarning: false, restarted)
        add("ServicesNotInSync", isWarning: true, stuck)
        add("AccessClosed", isWarning: true, closed)
        add("AccessOpened", isWarning: false, opened)
        add("ServicesNotServed", isWarning: true, unserved)
        add("ServicesServed", isWarning: false, served)
        add("LoginsNotVerified", isWarning: true, unverified)
        add("LoginsVerified", isWarning: false, verified)
        add("ConflictingChanges", isWarning: true, contests)
        notes += rest
    }

    init(_ change: FileChange) {
        guard case .invalid(let diagnostics) = change else { return }
        let errors = diagnostics.filter { $0.severity == .error }
        add("FileInvalid", isWarning: true, errors.map { "\($0.file):\($0.line ?? 0): \($0.message)" })
    }

    private mutating func add(_ reason: String, isWarning: Bool, _ lines: [String]) {
        guard !lines.isEmpty else { return }
        var shown = lines.prefix(Self.namedServices).joined(separator: "; ")
        if lines.count > Self.namedServices { shown += "; and \(lines.count - Self.namedServices) more" }
        notes.append(EventNote(isWarning: isWarning, reason: reason, note: shown))
    }
}
