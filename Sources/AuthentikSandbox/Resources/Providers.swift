import JSON

/// `/providers/all/`: providers of every kind, with what all kinds have.
enum Providers: Resource {
    static let app = "authentik_core"
    static let modelName = "provider"
    static let model = "Provider"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [OAuth2Provider] { store.providers.inOrder() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> OAuth2Provider? {
        try OAuth2Providers.row(key, in: store)
    }

    static func filter(_ filter: inout Filter<OAuth2Provider>, in store: Store) {
        filter.flag("application__isnull") { store.application(of: $0.pk) == nil }
        filter.search { [$0.name, store.application(of: $0.pk)?.name ?? ""] }
    }

    static func sortKey(_ field: String) -> ((OAuth2Provider) -> SortKey)? { OAuth2Providers.sortKey(field) }

    static func json(_ row: OAuth2Provider, _ request: APIRequest, in store: Store) -> JSONValue {
        .object(row.summary(of: store.application(of: row.pk), in: store))
    }

    static func routes(_ path: String) -> [Route] {
        [
            Route("GET", path, permission: permission("view"), list),
            Route(path + "{}/", .tokens, methods: ["GET", "DELETE"], ["GET": .init(permission("view"), retrieve)]),
        ]
    }
}
