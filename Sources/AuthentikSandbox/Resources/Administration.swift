import JSON

/// What the installation tells about itself.
enum Administration {
    static let routes = [
        Route("GET", "-/health/live/", access: .everybody, health),
        Route("GET", "-/health/ready/", access: .everybody, health),
        Route("GET", "api/v3/admin/version/", version),
        Route(
            "api/v3/admin/settings/",
            .tokens,
            methods: ["GET", "PUT", "PATCH"],
            ["GET": .init("authentik_rbac.view_system_settings", settings)]
        ),
    ]

    private static func health(_ request: APIRequest, in store: inout Store) -> APIResponse {
        APIResponse(200, .emptyHTML)
    }

    /// Without the internet, the latest release is not known.
    private static func version(_ request: APIRequest, in store: inout Store) -> APIResponse {
        .ok([
            "version_current": .string(store.release.version),
            "version_latest": "0.0.0",
            "version_latest_valid": false,
            "build_hash": "",
            "outdated": false,
            "outpost_outdated": false,
        ])
    }

    private static func settings(_ request: APIRequest, in store: inout Store) -> APIResponse {
        .ok(store.release.settings)
    }
}
