extension Routes {
    /// The paths of a release that the sandbox serves.
    init(_ release: Release) {
        self.init(
            Administration.routes + OAuth2Endpoints.routes + Accounts.routes
                + (release.iconIsField ? [] : [Applications.iconRoute])
                + Applications.allRoutes
                + OAuth2Providers.allRoutes
                + Providers.routes("api/v3/providers/all/")
                + ProxyProviders.routes("api/v3/providers/proxy/")
                + Outposts.routes("api/v3/outposts/instances/")
                + ApplicationEntitlements.routes("api/v3/core/application_entitlements/")
                + PolicyBindings.routes("api/v3/policies/bindings/")
                + Groups.routes("api/v3/core/groups/")
                + Roles.routes("api/v3/rbac/roles/")
                + Flows.allRoutes
                + ScopeMappings.routes("api/v3/propertymappings/provider/scope/")
                + CertificateKeyPairs.routes("api/v3/crypto/certificatekeypairs/")
                + Events.routes("api/v3/events/events/")
        )
    }
}
