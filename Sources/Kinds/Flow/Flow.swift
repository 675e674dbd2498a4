package import AuthentikAPI

/// A flow, as `/flows/instances/` shows it.
package struct Flow: Sendable, Equatable, ListedObject {
    package var pk: String
    package var slug: String

    package var key: String { pk }

    package init(pk: String, slug: String) {
        self.pk = pk
        self.slug = slug
    }
}

extension Kind {
    /// Flows are only used.
    package static let flow = Kind("flow", .flows, identity: ["slug"], ownership: .others)
}

extension AuthentikClient {
    /// All flows.
    package func flows() async throws -> [Flow] { try await list(Kind.flow.endpoint) }
}
