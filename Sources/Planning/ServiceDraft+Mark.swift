import AuthentikAPI
import DesiredState

extension ServiceDraft {
    func wantedMark(
        provider: Int?,
        settingSecret: Bool = false,
        withheld: Withheld = Withheld()
    ) -> OwnershipMark {
        OwnershipMark(
            owner: owner,
            slug: service.slug,
            provider: provider,
            applicationFields: ApplicationField.allCases
                .filter { $0 != .slug && $0.exists(in: release) && service.value(of: $0) != nil }
                .map(\.rawValue).filter { !withheld.contains($0, of: .application) }.sorted(),
            providerFields: ProviderField.allCases
                .filter { $0.exists(in: release) && service.declares($0) }
                .map(\.rawValue).filter { !withheld.contains($0, of: .provider) }.sorted(),
            rotation: settledRotation(settingSecret: settingSecret),
            unkept: withheld.note
        )
    }
}

extension ServiceDraft {
    /// A plan for what is there without a mark, as far as the service's policy lets it be taken over.
    ///
    /// - Parameter isAsCreated: whether the provider, if there is one, is what this program would have created.
    func adopted(_ plan: ServicePlan, isAsCreated: Bool = true) -> ServicePlan {
        guard mark == nil else { return plan }
        let what: String
        switch service.adopt {
        case .always: return plan
        case .matching:
            if plan.changes.allSatisfy({ $0.before == nil }), application == nil || plan.changes.isEmpty { return plan }
            what = "is there without an ownership mark and not as declared"
        case .never:
            let isOurs = application.map { $0.isAsCreated(for: service, release) } ?? true
            let isWhole = application == nil || plan.changes.isEmpty
            if isOurs, isAsCreated, isWhole, plan.changes.allSatisfy({ $0.before == nil }) { return plan }
            what = "is there without an ownership mark"
        }
        var conflict = plan
        conflict.refuse("\(what), and adopt is '\(service.adopt.rawValue)'; set 'adopt: always' to take it over")
        return conflict
    }

    /// Marks an application that is there without one before all else.
    ///
    /// Where a provider is made for it, it is claimed first, and the mark is finished when it can name that.
    func adopt(_ application: Application, _ mark: MarkContent, in plan: inout ServicePlan) {
        guard mark.provider?.maker != nil else {
            plan.add(.claim, .createMark(on: .existing(application.pk), mark))
            return
        }
        plan.add(.claim, .claim(application: application.pk, mark.mark))
        plan.add(.mark, .createMark(on: .existing(application.pk), mark, claim: plan.id(.claim)))
    }
}
