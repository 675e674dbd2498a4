package import AuthentikAPI
package import DesiredState
package import JSON

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

/// An ownership mark as an entitlement of Authentik's carries it, whoever's it is; read once, when it is observed.
package struct ObservedMark: Sendable, Equatable {
    /// The pk of the entitlement.
    package var pk: String
    /// The pk of the application that it marks.
    package var application: String
    package var reading: OwnershipMark.Reading
    /// What can be made out of it, however it reads.
    package var remains: OwnershipMark.Remains

    package init(pk: String, application: String, attributes: JSONValue) {
        self.pk = pk
        self.application = application
        remains = OwnershipMark.Remains(attributes)
        reading = OwnershipMark.read(attributes, remains)
    }

    /// - Returns: nil for an entitlement of any other name, which somebody uses for something else.
    package init?(_ entitlement: ApplicationEntitlement) {
        guard entitlement.name == OwnershipMark.entitlementName else { return nil }
        self.init(pk: entitlement.pk, application: entitlement.application, attributes: entitlement.attributes)
    }
}
