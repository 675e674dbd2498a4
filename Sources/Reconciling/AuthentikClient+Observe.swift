package import AuthentikAPI
package import DesiredState
package import Planning

extension AuthentikClient {
    /// Looks at everything that a plan for `desired` needs.
    ///
    /// A superuser does it with eight list requests, all at once, however many services there are. Anybody else gets a
    /// list of applications that is filtered by policy, so they are read by slug, a request each, after the lists.
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
                seesAllApplications: isSuperuser,
                providers: providers,
                marks: marks,
                flows: flows,
                keys: keys,
                scopeMappings: scopeMappings
            )
            observed.applications =
                isSuperuser
                ? try await listed.get()
                : try await applicationsBySlug(for: desired, observed, listed: (try? await listed.get()) ?? [])
            return observed
        } catch let error as AuthentikError {
            throw PassFailure(error)
        }
    }

    /// The list, or why there is none: that matters to a superuser only.
    private func listedApplications() async -> Result<[Application], any Error> {
        do {
            return .success(try await applications())
        } catch {
            return .failure(error)
        }
    }

    private func check(_ release: Release) throws {
        guard release.isSupported else {
            let oldest = Release.oldestSupported
            throw PassFailure(
                .unobservable,
                "\(address) is Authentik \(release); the oldest release this program works with is "
                    + "\(oldest.year).\(oldest.month)"
            )
        }
    }
}

// MARK: - For an account that is no superuser

extension AuthentikClient {
    /// Every application that a plan can be about: what is declared, what is marked as ours, and what has our providers.
    ///
    /// - Parameter listed: What the account's own list shows. It tells the present slug of a marked application that
    ///   somebody renamed; its rows are not believed beyond that, since they may be stale.
    private func applicationsBySlug(
        for desired: DesiredState,
        _ observed: ObservedState,
        listed: [Application]
    ) async throws -> [Application] {
        var slugs = Set(desired.services.map(\.slug))
        for entitlement in observed.marks {
            guard case .mark(let mark) = OwnershipMark.read(entitlement.attributes), mark.owner == desired.owner
            else { continue }
            slugs.insert(mark.slug)
            slugs.formUnion(observed.providers.filter { $0.pk == mark.provider }.compactMap(\.applicationSlug))
            slugs.formUnion(listed.filter { $0.pk == entitlement.application }.map(\.slug))
        }
        return try await read(slugs.sorted())
    }

    private func read(_ slugs: [String]) async throws -> [Application] {
        try await withThrowingTaskGroup(of: Application?.self) { group in
            var waiting = slugs.makeIterator()
            func startNext() {
                guard let slug = waiting.next() else { return }
                group.addTask { try await application(slug: slug) }
            }
            // As many as the transport has connections to one host.
            for _ in 0..<8 { startNext() }
            var applications: [Application] = []
            for try await application in group {
                if let application { applications.append(application) }
                startNext()
            }
            return applications.sorted { $0.slug < $1.slug }
        }
    }
}
