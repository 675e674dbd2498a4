import FoundationEssentials
import JSON

/// `/flows/instances/`, looked up by slug.
enum Flows: Resource {
    static let app = "authentik_flows"
    static let modelName = "flow"
    static let model = "Flow"
    static let ordering = "slug"

    static func rows(in store: inout Store) -> [Flow] { store.flows.inOrder() }

    static func row(_ key: String, in store: Store) -> Flow? {
        store.indexes.flowBySlug[key].flatMap { store.flows[$0] }
    }

    static func filter(_ filter: inout Filter<Flow>, in store: Store) {
        filter.text("slug") { $0.slug }
        filter.text("name") { $0.name }
        filter.choice("designation") { $0.designation }
        filter.search { [$0.name, $0.slug, $0.designation.rawValue, $0.title] }
    }

    static func sortKey(_ field: String) -> ((Flow) -> SortKey)? {
        switch field {
        case "slug": { .text($0.slug) }
        case "name": { .text($0.name) }
        default: nil
        }
    }

    static func json(_ row: Flow, _ request: APIRequest, in store: Store) -> JSONValue {
        row.json(in: store)
    }

    /// Flows can be deleted, which takes providers along, but not made or changed.
    static let allRoutes: [Route] = {
        let path = "api/v3/flows/instances/"
        return [
            Route(path, .tokens, methods: ["GET", "POST"], ["GET": .init(permission("view"), list)]),
            Route(
                path + "{}/",
                .tokens,
                methods: ["GET", "PUT", "PATCH", "DELETE"],
                ["GET": .init(permission("view"), retrieve), "DELETE": .init(permission("delete"), destroy)]
            ),
        ]
    }()

    private static func destroy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        store.replace(try find(request, in: store), with: nil)
        return .deleted
    }
}
