import JSON

extension Applications {
    /// What an application must not be called, because `/application/o/<slug>/` would hide an endpoint.
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
