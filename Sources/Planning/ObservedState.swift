package import AuthentikAPI

/// What Authentik holds, as one pass saw it.
package struct ObservedState: Sendable, Equatable {
    package var release: Release
    /// All applications, or those that a plan can be about; see ``seesAllApplications``.
    package var applications: [Application]
    /// Whether `applications` are all there are; false if they were read by slug, one by one.
    package var seesAllApplications: Bool
    package var providers: [OAuth2Provider]
    /// The ownership marks of all owners.
    package var marks: [ApplicationEntitlement]
    package var flows: [Flow]
    package var keys: [CertificateKeyPair]
    package var scopeMappings: [ScopeMapping]

    package init(
        release: Release,
        applications: [Application] = [],
        seesAllApplications: Bool = true,
        providers: [OAuth2Provider] = [],
        marks: [ApplicationEntitlement] = [],
        flows: [Flow] = [],
        keys: [CertificateKeyPair] = [],
        scopeMappings: [ScopeMapping] = []
    ) {
        self.release = release
        self.applications = applications
        self.seesAllApplications = seesAllApplications
        self.providers = providers
        self.marks = marks
        self.flows = flows
        self.keys = keys
        self.scopeMappings = scopeMappings
    }
}
