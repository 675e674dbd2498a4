import AuthentikAPI
import DesiredState
import Kinds

extension ServiceDraft {
    /// What brings the mark of an application that is there up to date; nil if it is.
    ///
    /// - Parameter isProviderKnown: whether the provider that it names is there already.
    func markWrite(_ wanted: OwnershipMark, on application: Application, isProviderKnown: Bool) -> Write? {
        guard let entitlement else { return .createMark(application: application.pk, wanted) }
        if isProviderKnown, entitlement.reading == .mark(wanted) { return nil }
        return .updateMark(entitlement: entitlement.pk, wanted)
    }

    func wantedMark(
        provider: Int?,
        settingSecret: Bool = false,
        withheld: Withheld = Withheld()
    ) -> OwnershipMark {
        OwnershipMark(
            owner: owner,
            slug: service.slug,
            provider: provider,
            applicationFields: service.declaredAttributes(release)
                .filter { !withheld.contains($0, of: .application) }.sorted(),
            providerFields: (service.provider?.declaredAttributes(release) ?? [])
                .filter { !withheld.contains($0, of: .provider) }.sorted(),
            rotation: settledRotation(settingSecret: settingSecret),
            unkept: withheld.note
        )
    }
}
