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
    /// An application entitlement of the mark's name is the mark, and is deleted with its application.
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

    /// The entitlements of one name with those that one look at their list may have missed.
    package func complete(
        _ listing: Listing<ApplicationEntitlement>,
        named name: String
    ) async throws -> [ApplicationEntitlement] {
        try await complete(listing, of: .entitlements, query: [("name", name)]).rows
    }

    /// Creates an entitlement, unless the application has one of that name already.
    ///
    /// - Returns: the one that is there then, whoever made it.
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

    /// The entitlement of a name of one application; nil if there is none.
    package func entitlement(named name: String, application: String) async throws -> ApplicationEntitlement? {
        let found: [ApplicationEntitlement] = try await list(
            .entitlements,
            query: [("app", application), ("name", name)]
        )
        return found.first { $0.application == application && $0.name == name }
    }

    /// The entitlements of a name of one application, which must be all that Authentik answers with: what is missing here
    /// counts as deleted.
    package func entitlements(named name: String, application: String) async throws -> [ApplicationEntitlement] {
        try await rows(.entitlements, where: "app", is: application, query: [("name", name)], of: \.application)
    }

    /// Replaces the attributes as a whole.
    ///
    /// - Returns: the entitlement as it is then.
    @discardableResult
    package func updateEntitlement(pk: String, attributes: JSONValue) async throws -> ApplicationEntitlement {
        try await update(.entitlements, key: pk, WriteBody(["attributes": attributes]))
    }

    package func deleteEntitlement(pk: String) async throws { try await delete(.entitlements, key: pk) }
}
