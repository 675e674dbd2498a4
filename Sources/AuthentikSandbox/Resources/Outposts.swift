import FoundationEssentials
import JSON

/// `/outposts/instances/`, looked up by UUID; their providers can be changed, and nothing else.
enum Outposts: Resource {
    static let app = "authentik_outposts"
    static let modelName = "outpost"
    static let model = "Outpost"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Outpost] { store.outposts.inOrder() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Outpost? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.outposts[pk]
    }

    static func filter(_ filter: inout Filter<Outpost>, in store: Store) {
        filter.text("name__iexact") { $0.name }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((Outpost) -> SortKey)? { field == "name" ? { .text($0.name) } : nil }

    static func json(_ row: Outpost, _ request: APIRequest, in store: Store) -> JSONValue { row.json(in: store) }

    static func routes(_ path: String) -> [Route] {
        [
            Route(path, .tokens, methods: ["GET", "POST"], ["GET": .init(permission("view"), list)]),
            Route(
                path + "{}/",
                .tokens,
                methods: ["GET", "PUT", "PATCH", "DELETE"],
                ["GET": .init(permission("view"), retrieve), "PATCH": .init(permission("change"), update)]
            ),
        ]
    }

    /// Replaces the whole list of providers.
    private static func update(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let old = try find(request, in: store)
        var fields = try Validator(try request.json(), partial: true)
        var new = old
        fields.text("name", into: &new.name, blank: false)
        fields.references("providers", into: &new.providers) { store.providers.contains($0) }
        try fields.finish()
        store.replace(old, with: new)
        return .ok(json(new, request, in: store))
    }
}
