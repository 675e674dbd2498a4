package import AuthentikAPI
package import DesiredState

/// What Authentik holds, as one pass saw it.
package struct ObservedState: Sendable, Equatable {
    package var release: Release
    /// All applications; for an account that may not list them all, those that a plan can be about.
    package var applications: [Application]
    package var providers: [OAuth2Provider]
    /// The ownership marks of all owners.
    package var marks: [ObservedMark]
    package var flows: [Flow]
    package var keys: [CertificateKeyPair]
    package var scopeMappings: [ScopeMapping]
    /// What Kubernetes holds where services are told of their providers; what was not looked at is left out.
    package var published: [PublishedObjectName: PublishedObservation] = [:]

    package init(
        release: Release,
        applications: [Application] = [],
        providers: [OAuth2Provider] = [],
        marks: [ObservedMark] = [],
        flows: [Flow] = [],
        keys: [CertificateKeyPair] = [],
        scopeMappings: [ScopeMapping] = []
    ) {
        self.release = release
        self.applications = applications
        self.providers = providers
        self.marks = marks
        self.flows = flows
        self.keys = keys
        self.scopeMappings = scopeMappings
    }
}
