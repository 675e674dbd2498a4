package import AuthentikAPI
package import JSON

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
