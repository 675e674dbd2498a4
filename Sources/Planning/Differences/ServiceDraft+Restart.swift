import DesiredState
import Kinds

/// Decides when a workload is restarted, and what the mark says of it.
///
/// Of a service with `restart`, whose mark is ours:
///
/// | the mark's rotation | of the Secret as it is now | the plan sets the provider's secret | restart | the mark says then |
/// |---|---|---|---|---|
/// | none | – | no | no | the Secret as it is now |
/// | none | – | yes | now | the same |
/// | done | yes | yes, somebody changed it | no: the workload has the right one | as before |
/// | done | no | yes | now | the Secret as it is now |
/// | done | no | no: not its value changed | no | the Secret as it is now, so that a later drift is none of its rotations |
/// | pending | yes | any | with the pending one's time | the Secret as it is now |
/// | pending | no | no | with the pending one's time | the same |
/// | pending | no | yes | now | the same |
///
/// A service that is new or adopted restarts nothing: its workload was not told anything else before. Where the Secret's
/// version is not known, because it was left out or made up, nothing is restarted and the mark stays as it is.
extension ServiceDraft {
    /// A workload that is to be restarted.
    struct Restart {
        enum Beginning {
            /// It was begun before, at this time: to do it again changes nothing.
            case before(at: String)
            /// It begins now, later than another one, and is noted before anything else is written.
            case now(after: String?, SecretRotation)
        }

        var workload: Workload
        var beginning: Beginning
    }

    /// What of it is due.
    func restart(settingSecret: Bool) -> Restart? {
        guard let workload = service.provider?.restart, let mark, let version = secretVersion else { return nil }
        let rotation = mark.rotation
        if let rotation, rotation.isPending, let at = rotation.at, rotation.version == version || !settingSecret {
            return Restart(workload: workload, beginning: .before(at: at))
        }
        let isPending = rotation?.isPending ?? false
        guard isPending || settingSecret && rotation?.version != version else { return nil }
        return Restart(
            workload: workload,
            beginning: .now(after: rotation?.at, SecretRotation(version: version, isPending: true))
        )
    }

    /// What the mark says once all is done; without a time if the restart begins only then.
    func settledRotation(settingSecret: Bool) -> SecretRotation? {
        guard service.provider?.restart != nil else { return nil }
        guard let version = secretVersion else { return mark?.rotation }
        guard let restart = restart(settingSecret: settingSecret) else {
            return SecretRotation(version: version, at: mark?.rotation?.at)
        }
        switch restart.beginning {
        case .before(let at): return SecretRotation(version: version, at: at)
        case .now: return SecretRotation(version: version)
        }
    }

    /// Brings a mark of ours up to date, and restarts the workload before that, if a restart is due.
    ///
    /// A note comes before all else where there is something to be remembered if this program ends in between: a restart,
    /// or bindings.
    ///
    /// While the object that the workload reads its secret from cannot be read, only the note of the restart is written:
    /// a later pass does the rest.
    func update(_ entitlement: String, _ content: MarkContent, settingSecret: Bool, in plan: inout ServicePlan) {
        var content = content
        guard let mark, let restart = restart(settingSecret: settingSecret) else {
            announce(entitlement, in: &plan)
            plan.add(.mark, .updateMark(entitlement: entitlement, content))
            return
        }
        plan.isRestartDue = true
        if plan.changes.isEmpty { plan.reason = "\(restart.workload) is still to be restarted for its new secret" }
        let time: Ref<String>
        switch restart.beginning {
        case .before(let at):
            time = .existing(at)
            announce(entitlement, in: &plan)
        case .now(let last, let rotation):
            // What the file sets by now is not applied yet.
            var old = mark
            old.rotation = rotation
            var note = announcing(in: old) ?? MarkContent(old)
            note.restartTime = .now(after: last)
            plan.add(.note, .updateMark(entitlement: entitlement, note), after: accessNeeds)
            time = .made(by: plan.id(.note))
            content.restartTime = .begun(by: plan.id(.note))
        }
        if isRestartPutOff {
            plan.standingMark = nil
        } else {
            plan.add(.restart, .restart(restart.workload, at: time))
            plan.add(.mark, .updateMark(entitlement: entitlement, content))
        }
    }

    /// Tells in the mark of bindings that are about to be made.
    private func announce(_ entitlement: String, in plan: inout ServicePlan) {
        guard let note = mark.flatMap(announcing) else { return }
        plan.add(.note, .updateMark(entitlement: entitlement, note), after: accessNeeds)
    }

    /// Whether its workload could not read the new secret where it is published.
    private var isRestartPutOff: Bool {
        guard let publication = service.provider?.publication, publication.values.contains(.clientSecret),
            case .unreadable = published[publication.object]
        else { return false }
        return true
    }
}

extension FieldChange {
    /// Whether it gives the provider a secret.
    var setsSecret: Bool { object == .provider && field == OAuth2Provider.Row.clientSecret.attribute }
}
