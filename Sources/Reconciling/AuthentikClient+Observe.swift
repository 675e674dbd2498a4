package import AuthentikAPI
package import Planning

extension AuthentikClient {
    /// Looks at everything that a plan needs: eight list requests, all at once, however many services there are.
    ///
    /// - Throws: ``PassFailure`` if any of it cannot be seen; a pass that cannot see everything writes nothing.
    package func observe() async throws -> ObservedState {
        do {
            async let release = self.release()
            async let account = self.account()
            async let applications = self.applications()
            async let providers = self.providers()
            async let marks = entitlements(named: OwnershipMark.entitlementName)
            async let flows = self.flows()
            async let keys = self.keys()
            async let scopeMappings = self.scopeMappings()
            // The first two explain the failures of the others.
            try check(await release)
            try check(await account)
            return try await ObservedState(
                release: release,
                applications: applications,
                providers: providers,
                marks: marks,
                flows: flows,
                keys: keys,
                scopeMappings: scopeMappings
            )
        } catch let error as AuthentikError {
            throw PassFailure(error)
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

    /// Only a superuser's list of applications is whole; a plan made from a part would create what is there.
    private func check(_ account: Account) throws {
        guard account.isSuperuser else {
            throw PassFailure(
                .refused,
                "the token belongs to '\(account.username)', who is no superuser and sees only a part of the "
                    + "applications; use the token of a superuser"
            )
        }
    }
}
