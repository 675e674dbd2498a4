import DesiredState
import Kinds

/// Decides when a workload is restarted, and what the mark records about it.
///
/// For a service with `restart` and our mark:
///
/// | the mark's rotation | is of the current Secret | the plan sets the provider's secret | restart | the mark afterwards |
/// |---|---|---|---|---|
/// | none | – | no | no | the current Secret |
/// | none | – | yes | now | the same |
/// | done | yes | yes, to correct drift | no: the workload has the right one | as before |
/// | done | no | yes | now | the current Secret |
/// | done | no | no: its value is unchanged | no | the current Secret, so that a later drift is not taken for its rotation |
/// | pending | yes | any | with the pending one's time | the current Secret |
/// | pending | no | no | with the pending one's time | the same |
/// | pending | no | yes | now | the same |
///
/// A service that is new or adopted restarts nothing: its workload never had another secret from us. If the Secret's
/// version is unknown, because it was left out or generated, nothing is restarted and the mark stays as it is.
extension ServiceDraft {
    /// A workload to restart.
    struct Restart {
        enum Beginning {
            /// Already begun, at this time: repeating it changes nothing.
            case before(at: String)
            /// Begins now, with a time later than that of the previous one, and is noted before anything else is
            /// written.
            case now(after: String?, SecretRotation)
        }

        var workload: Workload
        var beginning: Beginning
    }

    /// The restart that is due.
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

    /// The mark's rotation once everything is done; without a time if the restart only begins then.
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

    /// Updates a mark of ours, and restarts the workload before that if a restart is due.
    ///
    /// If a restart or bindings must not be forgotten should this program end in between, a note is written to the mark
    /// before anything else.
    ///
    /// While the object from which the workload reads its secret cannot be read, only the note about the restart is
    /// written: a later pass does the rest.
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
            // What the file declares now is not applied yet.
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

    /// Records bindings in the mark that are about to be created.
    private func announce(_ entitlement: String, in plan: inout ServicePlan) {
        guard let note = mark.flatMap(announcing) else { return }
        plan.add(.note, .updateMark(entitlement: entitlement, note), after: accessNeeds)
    }

    /// Whether its restart is postponed because the new secret cannot be published.
    private var isRestartPutOff: Bool {
        guard let publication = service.provider?.publication, publication.values.contains(.clientSecret),
            case .unreadable = observation.published[publication.object]
        else { return false }
        return true
    }
}

extension FieldChange {
    /// Whether it sets the provider's secret.
    var setsSecret: Bool { object == .provider && field == OAuth2Provider.Row.clientSecret.attribute }
}
