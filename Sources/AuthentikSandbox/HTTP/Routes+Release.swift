extension Routes {
    /// The paths of Authentik 2025.12 that the sandbox serves.
    static let december2025 = Routes(
        [
            Route("-/health/live/", .everybody, methods: ["GET"], ["GET": Installation.health]),
            Route("-/health/ready/", .everybody, methods: ["GET"], ["GET": Installation.health]),
            Route(
                "application/o/{}/.well-known/openid-configuration",
                .everybody,
                methods: ["GET"],
                ["GET": OpenIDConfiguration.discover]
            ),
            Route("api/v3/admin/version/", .tokens, methods: ["GET"], ["GET": Installation.version]),
            Route("api/v3/core/users/me/", .tokens, methods: ["GET"], ["GET": Installation.me]),
            Route(
                "api/v3/core/transactional/applications/",
                .tokens,
                methods: ["PUT"],
                ["PUT": ApplicationTransaction.put]
            ),
            Route(
                "api/v3/core/applications/{}/used_by/",
                .tokens,
                methods: ["GET"],
                ["GET": Applications.usedBy]
            ),
            Route(
                "api/v3/providers/oauth2/{}/used_by/",
                .tokens,
                methods: ["GET"],
                ["GET": OAuth2Providers.usedBy]
            ),
            Route(
                "api/v3/providers/oauth2/{}/setup_urls/",
                .tokens,
                methods: ["GET"],
                ["GET": OAuth2Providers.setupURLs]
            ),
        ]
            + Applications.routes("api/v3/core/applications/")
            + OAuth2Providers.routes("api/v3/providers/oauth2/")
            + ApplicationEntitlements.routes("api/v3/core/application_entitlements/")
            + PolicyBindings.routes("api/v3/policies/bindings/")
            + Groups.routes("api/v3/core/groups/")
            + Flows.routes("api/v3/flows/instances/")
            + ScopeMappings.routes("api/v3/propertymappings/provider/scope/")
            + CertificateKeyPairs.routes("api/v3/crypto/certificatekeypairs/")
    )
}
