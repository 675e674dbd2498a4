package import DesiredState
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
        var workload: Workload
        var time: RestartTime
        /// What the mark says before anything else is written; nil if it says so already.
        var pending: SecretRotation?
    }

    /// What of it is due.
    func restart(settingSecret: Bool) -> Restart? {
        guard let workload = service.provider?.restart, let mark, let version = secretVersion else { return nil }
        let rotation = mark.rotation
        if let rotation, rotation.isPending, let at = rotation.at, rotation.version == version || !settingSecret {
            return Restart(workload: workload, time: .recorded(at), pending: nil)
        }
        let isPending = rotation?.isPending ?? false
        guard isPending || settingSecret && rotation?.version != version else { return nil }
        return Restart(
            workload: workload,
            time: .now(after: rotation?.at),
            pending: SecretRotation(version: version, isPending: true)
        )
    }

    /// What the mark says once all is done; without a time if the restart begins only then.
    func settledRotation(settingSecret: Bool) -> SecretRotation? {
        guard service.provider?.restart != nil else { return nil }
        guard let version = secretVersion else { return mark?.rotation }
        guard let restart = restart(settingSecret: settingSecret) else {
            return SecretRotation(version: version, at: mark?.rotation?.at)
        }
        switch restart.time {
        case .recorded(let at): return SecretRotation(version: version, at: at)
        case .now: return SecretRotation(version: version)
        }
    }

    /// A plan with what restarts the workload, if that is due: noted in the mark before anything else, and done when the
    /// provider has the secret.
    func restarting(_ plan: ServicePlan) -> ServicePlan {
        guard let mark, let entitlement, let restart = restart(settingSecret: plan.setsSecret),
            let last = plan.writes.lastIndex(where: { if case .updateMark = $0 { true } else { false } })
        else { return plan }
        var plan = plan
        plan.restartTime = restart.time
        plan.writes.insert(.restartWorkload(restart.workload, restart.time), at: last)
        if let pending = restart.pending {
            // What the file sets by now is not applied yet.
            var old = mark
            old.rotation = pending
            plan.writes.insert(.updateMark(entitlement: entitlement.pk, old), at: 0)
        }
        if plan.changes.isEmpty { plan.reason = "\(restart.workload) is still to be restarted for its new secret" }
        return plan
    }
}

extension ServicePlan {
    /// Whether it gives the provider a secret.
    fileprivate var setsSecret: Bool { changes.contains(where: \.setsSecret) }

    /// The workload that it restarts; nil for none.
    package var restart: Workload? {
        writes.lazy.compactMap { write in
            guard case .restartWorkload(let workload, _) = write else { return nil }
            return workload
        }.first
    }
}

extension FieldChange {
    /// Whether it gives the provider a secret.
    var setsSecret: Bool { object == .provider && field == OAuth2Provider.Row.clientSecret.attribute }
}
