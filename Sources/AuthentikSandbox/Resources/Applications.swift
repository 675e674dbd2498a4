import FoundationEssentials
import JSON

/// `/core/applications/`, looked up by slug.
enum Applications: EditableResource {
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

    static func json(_ row: Application, _ request: APIRequest, in store: Store) throws(Refusal) -> JSONValue {
        try json(row, providersLink: row, in: store)
    }

    /// The nested provider still names the application as it was before the write, unless the write linked it.
    static func updated(
        _ old: Application,
        _ new: Application,
        _ body: JSONValue,
        _ request: APIRequest,
        in store: Store
    ) throws(Refusal) -> JSONValue {
        let isLinked = body["provider"].map { !$0.isNull } ?? false
        return try json(new, providersLink: isLinked ? new : old, in: store)
    }

    static func usedBy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        _ = try find(request, in: store)
        return .ok([])
    }

    static func blank(in store: inout Store) -> Application { Application() }

    static func insert(_ row: Application, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: Application, with new: Application, in store: inout Store) {
        store.replace(old, with: new)
    }

    static func delete(_ row: Application, in store: inout Store) { store.replace(row, with: nil) }

    private static func json(
        _ row: Application,
        providersLink application: Application,
        in store: Store
    ) throws(Refusal) -> JSONValue {
        let provider = row.provider.flatMap { store.providers[$0] }
        let backchannel = row.backchannelProviders.compactMap { store.providers[$0] }
        return [
            "pk": row.pk.json,
            "name": .string(row.name),
            "slug": .string(row.slug),
            "provider": .number(row.provider),
            "provider_obj": provider.map { .object($0.summary(of: application, in: store)) } ?? .null,
            "backchannel_providers": .array(row.backchannelProviders.map { .integer($0) }),
            "backchannel_providers_obj": .array(
                backchannel.map { .object($0.summary(of: store.application(of: $0.pk), in: store)) }
            ),
            "launch_url": .text(try launchURL(of: row, provider, in: store)),
            "open_in_new_tab": .bool(row.openInNewTab),
            "meta_launch_url": .string(row.metaLaunchURL),
            "meta_icon": .string(row.metaIcon),
            "meta_icon_url": .text(FileNameCheck.url(of: row.metaIcon)),
            "meta_icon_themed_urls": nil,
            "meta_description": .string(row.metaDescription),
            "meta_publisher": .string(row.metaPublisher),
            "policy_engine_mode": .string(row.policyEngineMode.rawValue),
            "group": .string(row.group),
        ]
    }

    /// The launch URL given, else one guessed from the provider's first redirect URI, as the caller would see it.
    private static func launchURL(
        of row: Application,
        _ provider: OAuth2Provider?,
        in store: Store
    ) throws(Refusal) -> String? {
        var url: String?
        if !row.metaLaunchURL.isEmpty {
            url = row.metaLaunchURL
        } else if let provider {
            try provider.requireReadableRedirectURIs()
            url = provider.redirectURIs.first?.url.flatMap { LaunchURL.guess(from: $0) }
        }
        return url.map { LaunchURL.fill($0, store.administrator.placeholders) }
    }
}
