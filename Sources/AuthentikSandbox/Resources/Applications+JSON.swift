import JSON

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
                backchannel.map { .object($0.summary(of: store.application(of: $0.pk), in: store)) }
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
        return .object(fields)
    }

    /// The launch URL given, else one guessed from the provider, as the caller would see it.
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
