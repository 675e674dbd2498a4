package import AuthentikAPI
import CurlTransport
package import JSON

/// An application entitlement, as `/core/application_entitlements/` shows it (since 2024.12).
package struct ApplicationEntitlement: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    /// The pk of its application.
    package var application: String
    /// Any JSON object.
    package var attributes: JSONValue

    package static var keyField: String { "pbm_uuid" }
    package var key: String { pk }

    package init(pk: String, name: String, application: String, attributes: JSONValue) {
        self.pk = pk
        self.name = name
        self.application = application
        self.attributes = attributes
    }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read(Self.keyField)
        name = try json.read("name")
        application = try json.read("app")
        attributes = try json.read("attributes")
    }
}

extension Kind {
    /// The application entitlement with the mark's name is the ownership mark; it is deleted with its application.
    package static let mark = Kind(
        "mark",
        .entitlements,
        identity: ["app", "name"],
        ownership: .namedInMark,
        requests: [
            RequestUse("GET", .entitlements, "see ownership marks"),
            RequestUse("POST", .entitlements, "create ownership marks"),
            RequestUse("PATCH", .entitlements, "change ownership marks"),
            RequestUse("DELETE", .entitlements, "delete ownership marks", isOptional: true),
        ]
    )
}

extension Endpoint {
    package static let entitlements = Endpoint(
        "core/application_entitlements",
        ObjectModel("authentik_core", "applicationentitlement")
    )
}

extension AuthentikClient {
    /// All entitlements, of all applications.
    package func entitlements() async throws -> [ApplicationEntitlement] {
        try await list(.entitlements)
    }

    /// All entitlements of one name, of all applications.
    package func entitlements(named name: String) async throws -> [ApplicationEntitlement] {
        try await listedEntitlements(named: name).rows
    }

    /// All entitlements of one name, of all applications, completed if the list changed while it was read.
    package func listedEntitlements(named name: String) async throws -> Listing<ApplicationEntitlement> {
        let listing: Listing<ApplicationEntitlement> = try await listOnce(.entitlements, query: [("name", name)])
        return listing.isWhole ? listing : try await complete(listing, of: .entitlements, query: [("name", name)])
    }

    /// Completes a list of the entitlements of one name that may have missed rows while it was read.
    package func complete(
        _ listing: Listing<ApplicationEntitlement>,
        named name: String
    ) async throws -> [ApplicationEntitlement] {
        try await complete(listing, of: .entitlements, query: [("name", name)]).rows
    }

    /// Creates an entitlement, unless the application already has one with that name.
    ///
    /// - Returns: the entitlement that exists afterwards, created by this request or not.
    package func createEntitlement(
        named name: String,
        application: String,
        attributes: JSONValue
    ) async throws -> Creation<ApplicationEntitlement> {
        let request = APIRequest(
            method: "POST",
            endpoint: .entitlements,
            body: ["name": .string(name), "app": .string(application), "attributes": attributes]
        )
        func find() async throws -> Creation<ApplicationEntitlement>? {
            try await entitlement(named: name, application: application).map { Creation($0, isFound: true) }
        }
        do {
            return try await create(
                request,
                decode: { Creation(try await decode(ApplicationEntitlement.self, $0, to: request)) },
                find: find
            )
        } catch let error as AuthentikError where error.mayBeOutdated {
            if let found = try? await find() { return found }
            throw error
        }
    }

    /// An application's entitlement with a name; nil if there is none.
    package func entitlement(named name: String, application: String) async throws -> ApplicationEntitlement? {
        let found: [ApplicationEntitlement] = try await list(
            .entitlements,
            query: [("app", application), ("name", name)]
        )
        return found.first { $0.application == application && $0.name == name }
    }

    /// An application's entitlements with a name; the answer must be complete, because what is missing in it counts as
    /// deleted.
    package func entitlements(named name: String, application: String) async throws -> [ApplicationEntitlement] {
        try await rows(.entitlements, where: "app", is: application, query: [("name", name)], of: \.application)
    }

    /// Replaces all attributes.
    ///
    /// - Returns: the entitlement after the update.
    @discardableResult
    package func updateEntitlement(pk: String, attributes: JSONValue) async throws -> ApplicationEntitlement {
        try await update(.entitlements, key: pk, WriteBody(["attributes": attributes]))
    }

    package func deleteEntitlement(pk: String) async throws { try await delete(.entitlements, key: pk) }
}
