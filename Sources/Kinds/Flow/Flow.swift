package import AuthentikAPI
package import JSON

/// A flow, as `/flows/instances/` shows it.
package struct Flow: Sendable, Equatable, ListedObject {
    package var pk: String
    package var slug: String

    package var key: String { pk }

    package init(pk: String, slug: String) {
        self.pk = pk
        self.slug = slug
    }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        slug = try json.read("slug")
    }
}

extension Kind {
    /// Flows are only referenced.
    package static let flow = Kind(
        "flow",
        .flows,
        identity: ["slug"],
        ownership: .others,
        requests: [RequestUse("GET", .flows, "find the flows of providers")]
    )
}

extension Endpoint {
    package static let flows = Endpoint("flows/instances", ObjectModel("authentik_flows", "flow"))
}

extension AuthentikClient {
    /// All flows.
    package func flows() async throws -> [Flow] { try await list(Kind.flow.endpoint) }
}
