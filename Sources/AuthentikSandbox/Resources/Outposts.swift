import FoundationEssentials
import JSON

/// `/outposts/instances/`, looked up by UUID.
enum Outposts: EditableResource {
    static let app = "authentik_outposts"
    static let modelName = "outpost"
    static let model = "Outpost"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Outpost] { store.outposts.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Outpost] { store.outposts.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Outpost? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.outposts[pk]
    }

    static func filter(_ filter: inout Filter<Outpost>, in store: Store) {
        filter.caselessText("name__iexact") { $0.name }
        filter.containedText("name__icontains") { $0.name }
        filter.caselessText("managed__iexact") { $0.managed }
        filter.containedText("managed__icontains") { $0.managed }
        filter.flag("providers__isnull") { $0.providers.isEmpty }
        filter.members("providers_by_pk", find: { Int($0).flatMap { store.providers[$0]?.pk } }) {
            !$1.isDisjoint(with: $0.providers)
        }
        filter.search { [$0.name] + $0.providers(in: store).map(\.name) }
    }

    static func sortKey(_ field: String) -> ((Outpost) -> SortKey)? { field == "name" ? { .text($0.name) } : nil }

    static func json(_ row: Outpost, _ request: APIRequest, in store: Store) -> JSONValue { row.json(in: store) }

    /// Whether a provider fits is only checked if the type is also sent, and only the embedded outpost may be empty.
    static func validate(
        _ body: JSONValue,
        into draft: inout Outpost,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        let old = draft
        var fields = try Validator(body, partial: partial)
        fields.text("name", into: &draft.name, required: true, blank: false) { name in
            if let other = store.indexes.outpostByName[name], other != old.pk {
                return "Outpost with this name already exists."
            }
            let isRenamed = old.isEmbedded && name != Outpost.embeddedName
            return isRenamed ? "Embedded outpost's name cannot be changed" : nil
        }
        fields.choice("type", into: &draft.kind, required: true)
        fields.required("providers")
        fields.references("providers", into: &draft.providers) { store.providers.contains($0) }
        if fields.isSent("providers"), !fields.hasFailed("providers") {
            let kind = fields.isSent("type") ? draft.kind : nil
            let providers = draft.providers.compactMap { store.providers[$0] }
            if let kind, let wrong = providers.first(where: { !kind.accepts($0) }) {
                let model = wrong.proxy == nil ? OAuth2Providers.model : ProxyProviders.model
                fields.fail("providers", "Outpost type \(kind.rawValue) can't be used with \(model) providers.")
            } else if providers.isEmpty, !old.isEmbedded {
                fields.fail("providers", "This list may not be empty.")
            }
        }
        // There are no service connections.
        var connection: UUID?
        fields.reference("service_connection", into: &connection, exists: { _ in false })
        var configuration = draft.configuration ?? [:]
        fields.required("config")
        fields.dictionary("config", into: &configuration)
        if fields.isSent("config") { draft.configuration = configuration }
        fields.optionalText("managed", into: &draft.managed) { managed in
            let other = store.outposts.inOrderOfCreation.first { $0.managed == managed }
            guard let other, other.pk != old.pk else { return nil }
            return "Outpost with this Managed by authentik already exists."
        }
        try fields.finish()
        if store.release.failsOnRepeatedProviders, let items = body["providers"]?.array,
            items.count > draft.providers.count
        {
            throw .crash
        }
    }

    static func blank(in store: inout Store) -> Outpost { Outpost() }

    static func insert(_ row: Outpost, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: Outpost, with new: Outpost, in store: inout Store) { store.replace(old, with: new) }

    static func delete(_ row: Outpost, in store: inout Store) { store.replace(row, with: nil) }
}

extension Outposts {
    static let allRoutes: [Route] = {
        let path = "api/v3/outposts/"
        return [
            Route("GET", path + "instances/default_settings/", permission: permission("view"), defaultSettings)
        ] + routes(path + "instances/") + [
            Route("GET", path + "instances/{}/health/", permission: permission("view"), health),
            Route(
                "GET",
                path + "service_connections/all/",
                permission: "\(app).view_outpostserviceconnection",
                serviceConnections
            ),
            Route("GET", "outpost.goauthentik.io/ping", access: .everybody, ping),
        ]
    }()

    private static func health(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        .ok(try find(request, in: store).health(store.release, at: Date()))
    }

    private static func defaultSettings(_ request: APIRequest, in store: inout Store) -> APIResponse {
        .ok([
            "config": Outpost.configuration(
                store.release,
                host: "\(request.origin)/",
                namespace: store.release.defaultNamespace
            )
        ])
    }

    /// There are none.
    private static func serviceConnections(
        _ request: APIRequest,
        in store: inout Store
    ) throws(Refusal) -> APIResponse {
        let page = try Page(request.query, count: 0, store.release)
        return .ok(page.json([], autocomplete: store.release.hasAutocomplete ? [:] : nil))
    }

    /// The public endpoint of the embedded outpost, under every host.
    private static func ping(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        guard let embedded = store.outposts.inOrderOfCreation.first(where: \.isEmbedded),
            !embedded.instances.isEmpty
        else { throw .noSuchPath }
        return APIResponse(204, .none)
    }
}
