import AuthentikAPI
package import DesiredState
import Secrets

/// Decides what a pass does: values in, plan out; the same input gives the same plan.
///
/// The decision on a declared service, the first row that applies:
///
/// | application | its mark | its provider | decision |
/// |---|---|---|---|
/// | any | another owner's, or of a newer version | any | conflict |
/// | out of sight | ours | any | conflict |
/// | any | any | two candidates, or its own is another application's | conflict |
/// | linked to a provider of another type | none | no candidate | conflict |
/// | any | any | its secret, flow, key or scope cannot be resolved | blocked |
/// | missing | – | not wanted, or missing | create |
/// | missing | – | there, linked to nothing | link |
/// | there | none | any | adopt |
/// | there | ours | wanted and missing | recreate |
/// | there | ours | wanted, there, and not linked to it | link |
/// | there | ours | any field, or the mark itself, differs | update |
/// | there | ours | as declared | in sync |
///
/// An application that carries this owner's mark and is declared by no service is an orphan: reported, left alone.
/// ``ProviderMatcher`` tells which provider is a service's own.
package struct Planner {
    private let desired: DesiredState
    private let secrets: [SecretReference: SecretAvailability]
    private let names: NameIndex
    private let index: ObservedIndex
    private let declaredSlugs: Set<String>
    private var matcher: ProviderMatcher

    /// Plans a whole pass.
    ///
    /// - Parameter secrets: What came of each reference in `desired`; one that is missing counts as unavailable.
    package static func plan(
        _ desired: DesiredState,
        secrets: [SecretReference: SecretAvailability],
        observed: ObservedState
    ) -> Plan {
        var planner = Planner(desired, secrets, observed)
        var services = desired.services.map { planner.plan($0) }
        services += planner.orphans()
        return Plan(services: services.sorted { $0.slug < $1.slug })
    }

    private init(
        _ desired: DesiredState,
        _ secrets: [SecretReference: SecretAvailability],
        _ observed: ObservedState
    ) {
        self.desired = desired
        self.secrets = secrets
        names = NameIndex(observed)
        index = ObservedIndex(observed, owner: desired.owner)
        declaredSlugs = Set(desired.services.map(\.slug))
        matcher = ProviderMatcher(index: index, services: desired.services)
    }

    private mutating func plan(_ service: Service) -> ServicePlan {
        let application =
            index.application(slug: service.slug)
            ?? index.renamedApplication(of: service.slug, declared: declaredSlugs)
        let entitlement = application.flatMap(index.mark)
        var draft = ServiceDraft(service: service, owner: desired.owner, release: names.release)
        draft.application = application
        draft.entitlement = entitlement

        switch entitlement?.reading {
        case .newer(let version, let owner):
            return draft.stuck(
                .conflict,
                "marked\(owner.map { " by '\($0)'" } ?? "") with version \(version) of the ownership mark; "
                    + "this program understands \(OwnershipMark.currentVersion)"
            )
        case .mark(let mark) where mark.owner != desired.owner:
            return draft.stuck(.conflict, "belongs to the owner '\(mark.owner)'")
        case .mark(let mark):
            draft.mark = mark
        case .unreadable, nil:
            break
        }

        if application == nil, index.isMarkedOutOfSight(service.slug) {
            return draft.stuck(
                .conflict,
                "its application is there under another slug, which this account cannot see; rename it back"
            )
        }
        guard let provider = service.provider else { return draft.planBookmark(index) }
        let match = matcher.match(provider, application: application, mark: draft.mark)
        if case .conflict(let reason) = match { return draft.stuck(.conflict, reason) }
        switch resolve(provider) {
        case .failure(let error): return draft.stuck(.blocked, error.message)
        case .success(let resolved):
            draft.notes += matcher.refusals(of: provider, match)
            return draft.plan(resolved, match, names, index)
        }
    }

    private func resolve(_ provider: Provider) -> Result<ResolvedProvider, LookUpError> {
        var secret: Secret?
        if provider.clientType == .confidential {
            switch provider.secret.flatMap({ secrets[$0] }) {
            case .available(let value): secret = value
            case .unavailable(let reason): return .failure(LookUpError(reason))
            case nil: return .failure(LookUpError("no secret was resolved for it"))
            }
        }
        do throws(LookUpError) {
            return .success(try names.resolve(provider, secret: secret))
        } catch {
            return .failure(error)
        }
    }

    private func orphans() -> [ServicePlan] {
        index.orphans(declared: declaredSlugs).map { orphan in
            ServicePlan(
                slug: orphan.slug,
                decision: .orphan,
                reason: "marked as ours and no longer declared; left alone"
                    + (orphan.mark == orphan.slug ? "" : " (declared as '\(orphan.mark)' before)")
            )
        }
    }
}
