package import AuthentikAPI
package import DesiredState
import Kinds
package import Planning

extension AuthentikClient {
    /// Looks at everything that a plan for `desired` needs.
    ///
    /// A superuser does it with eight list requests, all at once, however many services there are. Anybody else's list
    /// of applications is filtered by policy, so those that it hides are read by slug after the lists, a request each.
    /// Where something looks like a proxy provider and has no application that tells, one more list does.
    ///
    /// - Throws: ``PassFailure`` if any of it cannot be seen; a pass that cannot see everything writes nothing.
    package func observe(for desired: DesiredState) async throws -> ObservedState {
        do {
            async let release = self.release()
            async let account = self.account()
            async let listed = self.listedApplications()
            async let providers = self.providers()
            async let marks = entitlements(named: OwnershipMark.entitlementName)
            async let flows = self.flows()
            async let keys = self.keys()
            async let scopeMappings = self.scopeMappings()
            // The release explains the failures of the others.
            try check(await release)
            let isSuperuser = try await account.isSuperuser
            var observed = try await ObservedState(
                release: release,
                providers: providers,
                marks: marks,
                flows: flows,
                keys: keys,
                scopeMappings: scopeMappings
            )
            let list = try await listed
            switch (isSuperuser, list.isWhole) {
            case (true, true): observed.applications = list.rows
            // The list changed while it was read; it is looked at again.
            case (true, false): observed.applications = try await applications()
            case (false, _):
                observed.applications = try await applications(
                    slugs: slugs(for: desired, observed, list.rows),
                    listed: list.rows,
                    release: observed.release
                )
            }
            observed.tellProxiesByApplications()
            if observed.needsProxies(for: desired) { observed.tellProxies(listed: try await proxyProviders()) }
            return observed
        } catch let error as AuthentikError {
            throw PassFailure(error)
        }
    }

    private func check(_ release: Release) throws {
        guard release.isSupported else {
            let oldest = Release.oldestSupported
            throw PassFailure(
                .unobservable,
                "Authentik \(release) is too old: \(oldest.year).\(oldest.month) is the first release that has "
                    + "application entitlements, which this program needs"
            )
        }
    }

    /// The slugs of every application that a plan can be about: what is declared, what is marked as ours, and what has
    /// our providers.
    ///
    /// - Parameter listed: tells the present slug of a marked application that somebody renamed.
    private func slugs(
        for desired: DesiredState,
        _ observed: ObservedState,
        _ listed: [Application]
    ) -> Set<String> {
        let providers = Dictionary(observed.providers.map { ($0.pk, $0) }, uniquingKeysWith: { first, _ in first })
        let listedSlugs = Dictionary(listed.map { ($0.pk, $0.slug) }, uniquingKeysWith: { first, _ in first })
        var slugs = Set(desired.services.flatMap { [$0.slug] + $0.renamedFrom })
        for entitlement in observed.marks {
            // What is left of a mark that cannot be read may be ours, too.
            let mark = OwnershipMark.Remains(entitlement.attributes)
            guard mark.mayBelong(to: desired.owner) else { continue }
            if let slug = mark.slug { slugs.insert(slug) }
            if let slug = mark.provider.flatMap({ providers[$0]?.applicationSlug }) { slugs.insert(slug) }
            if let slug = listedSlugs[entitlement.application] { slugs.insert(slug) }
        }
        return slugs
    }
}
