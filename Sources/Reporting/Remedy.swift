import Applying
package import Base
package import Status

/// What to do about a service that needs attention, as a clause.
///
/// | state | what to do |
/// |---|---|
/// | in sync, pending | nothing |
/// | waiting | nothing yet: its Secret is expected |
/// | failed | correct the file, or give the token's account the permission; if access is closed, create the group again |
/// | unverified | what the failed probe advises |
/// | conflict | decide who manages it |
/// | blocked | provide the secret, or create what the file names |
/// | drifted | find out who keeps changing it |
/// | held | undo the removal, or allow the deletions once |
/// | orphaned | declare it again, or have it deleted |
extension ServiceStatus {
    /// - Parameter invocation: what the daemon works on, so that commands work when they are pasted.
    package func remedy(_ invocation: Invocation) -> String? {
        // What a probe advises has its options already.
        if state == .unverified, let remedy = verification?.remedy { return remedy }
        return bareRemedy.map(invocation.completing)
    }

    private var bareRemedy: String? {
        switch state {
        case .inSync, .pending: nil
        case .waiting:
            "wait: the Secret is expected to be created; if it never is, create it or correct secretRef\(place)"
        case .failed: failureRemedy
        case .unverified: "run 'reconcile verify --only \(slug)' to see which check fails"
        case .conflict:
            "decide who manages it: rename the service\(place), set 'adopt: always' to take it over, or have its other "
                + "owner release it"
        case .blocked: blockedRemedy
        case .drifted:
            "let one side set these fields: remove them\(place.isEmpty ? " in the file" : place), or in what changes them"
                + (lastDrift?.culprit.map { " (last: \($0))" } ?? "")
        case .held:
            "if it was removed by mistake, put it back into the file; otherwise allow the deletion once with "
                + "'reconcile --once --allow-deletions N'"
        case .orphan:
            "declare it again, declare it with 'state: absent' to delete it, or set 'prune: true' to delete all orphans"
        }
    }

    private var failureRemedy: String {
        if access?.isClosed == true {
            return "create the missing group, user or policy again, or change 'access'\(place)"
        }
        let message = error?.message ?? ""
        if message.contains("permission") {
            return "grant the token's account the missing permission: run 'reconcile bootstrap' again"
        }
        return "correct what Authentik refuses\(place); every pass tries again"
    }

    private var blockedRemedy: String {
        let secret = conditions.first { $0.type == .secretResolved }
        guard secret?.status == .no else {
            return
                "create in Authentik what the file names, or correct the name\(place); 'reconcile doctor' checks all names"
        }
        return "provide the secret, or correct secretRef\(place)"
    }

    /// ` at services.yaml:14:5`; empty if the reason says where, more exactly.
    private var place: String {
        guard let location else { return "" }
        let file = location.split(separator: ":", omittingEmptySubsequences: false).dropLast(2).joined(separator: ":")
        return reason.contains("(\(file):") ? "" : " at \(location)"
    }
}
