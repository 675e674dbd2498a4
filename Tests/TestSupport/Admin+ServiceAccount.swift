import JSON

extension Admin {
    /// What a pass needs, as the README says it.
    package static let passPermissions =
        ["view", "add", "change"].flatMap { verb in
            [
                "authentik_core.\(verb)_application", "authentik_core.\(verb)_applicationentitlement",
                "authentik_providers_oauth2.\(verb)_oauth2provider",
            ]
        } + [
            "authentik_flows.view_flow", "authentik_crypto.view_certificatekeypair",
            "authentik_providers_oauth2.view_scopemapping",
        ]

    /// Makes a service account whose role has the permissions.
    ///
    /// - Returns: its API token.
    package func makeServiceAccount(_ name: String, permissions: [String]) async throws -> String {
        let role = try await send("POST", "rbac/roles/", ["name": .string(name)])["pk"]?.string ?? ""
        try await send(
            "POST",
            "rbac/permissions/assigned_by_roles/\(role)/assign/",
            ["permissions": .array(permissions.map { .string($0) })]
        )
        let account = try await send("POST", "core/users/service_account/", ["name": .string(name)])
        let user = account["user_pk"] ?? .null
        try await send("POST", "core/groups/", ["name": .string(name), "users": [user], "roles": [.string(role)]])
        try await send(
            "POST",
            "core/tokens/",
            ["identifier": .string(name), "user": user, "intent": "api", "expiring": false]
        )
        return try await send("GET", "core/tokens/\(name)/view_key/")["key"]?.string ?? ""
    }
}
