import FoundationEssentials
import JSON

/// `/core/applications/`, looked up by slug.
enum Applications: EditableResource {
    static let app = "authentik_core"
    static let modelName = "application"
    static let model = "Application"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Application] { store.applications.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Application] { store.applications.inOrderOfKeys() }

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
    /// The list needs no permission: it omits what the caller may not open.
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
            Route("GET", path + "{}/check_access/", checkAccess),
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

    /// The caller's applications; all of them only for a superuser who requests that.
    ///
    /// Any other list is filtered by policy *after* it was split into pages, so that pages have fewer rows than the
    /// count says, and is cached by user and page number regardless of filters.
    private static func list(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let caller = request.callerKey
        let wantsAll = request.query["superuser_full_list"]?.lowercased() == "true"
        if wantsAll, store.isSuperuser(caller) {
            let (page, rows) = try page(request, of: rows(for: request, in: &store), in: store)
            return try list(rows, on: page, request, in: store)
        }
        let visible = rows(for: request, in: &store).filter { !$0.metaHide }
        let (page, rows) = try page(request, of: visible, in: store)
        let access = AccessCheck(caller, in: store)
        let allowed = rows.filter { access.mayOpen($0) }
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

    /// Whether the caller may open an application, or the user in `for_user` if a superuser asks.
    ///
    /// It needs no permission; `for_user` is ignored for an account that is not a superuser.
    private static func checkAccess(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let application = try find(request, in: store)
        let isSuperuser = store.isSuperuser(request.callerKey)
        var user = request.callerKey
        if isSuperuser, let text = request.query["for_user"] {
            guard let key = Int(text) else { throw .invalid(["for_user": "for_user must be numerical"]) }
            guard store.users.contains(key) else { throw .invalid(["for_user": "User not found"]) }
            user = key
        }
        let access = AccessCheck(user, in: store)
        let notes = isSuperuser ? access.unknownPolicies(of: application) : []
        return .ok([
            "passing": .bool(access.mayOpen(application)),
            "messages": [],
            "log_messages": .array(notes.map { logMessage("The sandbox does not support the policy '\($0)'") }),
        ])
    }

    private static func logMessage(_ event: String) -> JSONValue {
        [
            "timestamp": Date().json, "log_level": "warning", "logger": "sandbox", "event": .string(event),
            "attributes": [:],
        ]
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

extension Applications {
    /// Slugs that an application must not have, because `/application/o/<slug>/` would hide an endpoint.
    private static let reservedSlugs: Set<String> = [
        "authorize", "token", "device", "userinfo", "introspect", "revoke",
    ]

    static func validate(
        _ body: JSONValue,
        into draft: inout Application,
        partial: Bool,
        in store: Store
    ) throws(Refusal) {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.text("name", into: &draft.name, required: true, blank: false)
        fields.text("slug", into: &draft.slug, required: true, blank: false) { slug in
            if !isSlug(slug) {
                return store.release.invalidSlug
            }
            if let other = store.indexes.applicationBySlug[slug], other != pk {
                return "Application with this slug already exists."
            }
            if store.release.reservesSlugs, reservedSlugs.contains(slug) {
                return "The slug '\(slug)' is reserved and cannot be used for applications."
            }
            return nil
        }
        fields.reference(
            "provider",
            into: &draft.provider,
            exists: { store.providers.contains($0) },
            check: { provider in
                guard let other = store.indexes.applicationByProvider[provider], other != pk else { return nil }
                return "Application with this provider already exists."
            }
        )
        fields.references("backchannel_providers", into: &draft.backchannelProviders) { store.providers.contains($0) }
        fields.flag("open_in_new_tab", into: &draft.openInNewTab)
        fields.text("meta_launch_url", into: &draft.metaLaunchURL, check: URLCheck.launch.error)
        if store.release.iconIsField { fields.text("meta_icon", into: &draft.metaIcon, check: FileNameCheck.error) }
        fields.text("meta_description", into: &draft.metaDescription)
        fields.text("meta_publisher", into: &draft.metaPublisher)
        fields.choice("policy_engine_mode", into: &draft.policyEngineMode)
        fields.text("group", into: &draft.group)
        if store.release.hidesApplications { fields.flag("meta_hide", into: &draft.metaHide) }
        try fields.finish()
    }

    /// Whether a text is what Django calls a slug.
    static func isSlug(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-_".utf8.contains(byte)
            }
        }
    }
}

extension Applications {
    static func json(_ row: Application, _ request: APIRequest, in store: Store) throws(Refusal) -> JSONValue {
        try json(row, providersLink: row, request, in: store)
    }

    /// The nested provider may still name the application as it was before the write, unless the write linked it.
    static func updated(
        _ old: Application,
        _ new: Application,
        _ body: JSONValue,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> JSONValue {
        let isLinked = body["provider"].map { !$0.isNull } ?? false
        let isStale = store.release.nestsStaleProvider && !isLinked
        return try json(new, providersLink: isStale ? old : new, request, in: store)
    }

    private static func json(
        _ row: Application,
        providersLink application: Application,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> JSONValue {
        let release = store.release
        let provider = row.provider.flatMap { store.providers[$0] }
        let backchannel = row.backchannelProviders.compactMap { store.providers[$0] }
        var fields: [String: JSONValue] = [
            "pk": row.pk.json,
            "name": .string(row.name),
            "slug": .string(row.slug),
            "provider": .number(row.provider),
            "provider_obj": provider.map { .object($0.summary(of: application, in: store)) } ?? .null,
            "backchannel_providers": .array(row.backchannelProviders.map { .integer($0) }),
            "backchannel_providers_obj": .array(
                backchannel.map { $0.backchannelSummary(in: store) }
            ),
            "launch_url": .text(try launchURL(of: row, provider, for: request.caller, in: store)),
            "open_in_new_tab": .bool(row.openInNewTab),
            "meta_launch_url": .string(row.metaLaunchURL),
            "meta_description": .string(row.metaDescription),
            "meta_publisher": .string(row.metaPublisher),
            "policy_engine_mode": .string(row.policyEngineMode.rawValue),
            "group": .string(row.group),
        ]
        if release.iconIsField {
            fields["meta_icon"] = .string(row.metaIcon)
            fields["meta_icon_url"] = .text(FileNameCheck.url(of: row.metaIcon))
            fields["meta_icon_themed_urls"] = .null
        } else {
            fields["meta_icon"] = .text(FileNameCheck.publicPath(of: row.metaIcon))
        }
        if release.hidesApplications { fields["meta_hide"] = .bool(row.metaHide) }
        if release.showsBindingKey { fields["pbm_uuid"] = row.pk.json }
        return .object(fields)
    }

    /// The given launch URL, otherwise one guessed from the provider, as the caller would see it.
    private static func launchURL(
        of row: Application,
        _ provider: OAuth2Provider?,
        for caller: User?,
        in store: Store
    ) throws(Refusal) -> String? {
        var url: String?
        if !row.metaLaunchURL.isEmpty {
            url = row.metaLaunchURL
        } else if let proxy = provider?.proxy {
            url = proxy.externalHost
        } else if let provider {
            try provider.requireReadableRedirectURIs()
            url = provider.redirectURIs.first?.url.flatMap { LaunchURL.guess(from: $0) }
        }
        guard let url, let caller else { return url }
        return LaunchURL.fill(url, caller.placeholders(isSuperuser: store.isSuperuser(caller.pk)))
    }
}
