import FoundationEssentials
import JSON

/// `/core/applications/`, looked up by slug.
enum Applications: EditableResource {
    static let app = "authentik_core"
    static let modelName = "application"
    static let model = "Application"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Application] { store.applications.inOrder() }

    static func row(_ key: String, in store: Store) -> Application? { store.application(slug: key) }

    static func filter(_ filter: inout Filter<Application>, in store: Store) {
        filter.text("name") { $0.name }
        filter.text("slug") { $0.slug }
        filter.text("group") { $0.group }
        filter.text("meta_launch_url") { $0.metaLaunchURL }
        filter.text("meta_description") { $0.metaDescription }
        filter.text("meta_publisher") { $0.metaPublisher }
        filter.search { [$0.name, $0.slug, $0.metaLaunchURL, $0.metaDescription, $0.metaPublisher, $0.group] }
    }

    static func sortKey(_ field: String) -> ((Application) -> SortKey)? {
        switch field {
        case "name": { .text($0.name) }
        case "slug": { .text($0.slug) }
        case "group": { .text($0.group) }
        case "meta_launch_url": { .text($0.metaLaunchURL) }
        case "meta_description": { .text($0.metaDescription) }
        case "meta_publisher": { .text($0.metaPublisher) }
        default: nil
        }
    }

    static func blank(in store: inout Store) -> Application { Application() }

    static func insert(_ row: Application, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: Application, with new: Application, in store: inout Store) {
        store.replace(old, with: new)
    }

    static func delete(_ row: Application, in store: inout Store) { store.replace(row, with: nil) }
}

extension Applications {
    /// The list needs no permission: it leaves out what the caller may not open.
    static let allRoutes: [Route] = {
        let path = "api/v3/core/applications/"
        return [
            Route(
                path,
                .tokens,
                methods: ["GET", "POST"],
                ["GET": .init(nil, list), "POST": .init(permission("add"), create)]
            ),
            objectRoute(path),
            Route("GET", path + "{}/used_by/", permission: permission("view"), usedBy),
            Route("GET", path + "{}/check_access/", permission: permission("view"), checkAccess),
            ApplicationTransaction.route,
        ]
    }()

    /// How an icon was set before it was a field.
    static let iconRoute = Route(
        "POST",
        "api/v3/core/applications/{}/set_icon_url/",
        permission: permission("change"),
        setIcon
    )

    /// The caller's applications; all there are only for a superuser who asks for them.
    ///
    /// Any other list is filtered by policy *after* it was cut into pages, so that a page has holes and its count is
    /// larger than its rows, and is cached by user and page number whatever it was filtered by.
    private static func list(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let caller = request.callerKey
        let wantsAll = request.query["superuser_full_list"]?.lowercased() == "true"
        if wantsAll, store.isSuperuser(caller) {
            let (page, rows) = try page(request, of: rows(in: &store), in: store)
            return try list(rows, on: page, request, in: store)
        }
        let visible = rows(in: &store).filter { !$0.metaHide }
        let (page, rows) = try page(request, of: visible, in: store)
        let allowed = rows.filter { store.mayOpen(caller, $0) }
        if request.query["search"] != nil { return try list(allowed, on: page, request, in: store) }
        let key = ApplicationListCache.Key(user: caller, page: page.number)
        let now = Date()
        guard let cached = store.applicationLists.rows(key, at: now) else {
            store.applicationLists.keep(allowed, as: key, at: now)
            return try list(allowed, on: page, request, in: store)
        }
        let current = store.release.listCacheHoldsRows ? cached : cached.compactMap { store.applications[$0.pk] }
        return try list(current, on: page, request, in: store)
    }

    private static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        _ = try find(request, in: store)
        return .ok([])
    }

    /// Whether the caller may open an application.
    private static func checkAccess(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let passes = store.mayOpen(request.callerKey, try find(request, in: store))
        return .ok(["passing": .bool(passes), "messages": [], "log_messages": []])
    }

    private static func setIcon(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let old = try find(request, in: store)
        guard let url = try request.json()["url"]?.string else { throw .unusable }
        var new = old
        new.metaIcon = url
        store.replace(old, with: new)
        return .ok([:])
    }
}
