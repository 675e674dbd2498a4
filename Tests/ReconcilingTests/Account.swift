import JSON
import TestSupport
import Testing

/// Whom a pass runs as.
enum Account: String, Sendable, CaseIterable {
    case superuser
    /// A service account with just the permissions that a pass needs.
    case service
    /// The same, and no application lets it in, so that its list of applications shows none.
    case barred
    /// A service account that may also delete.
    case deleting

    static let allCases: [Account] = [.superuser, .service, .barred]

    /// What a pass needs, as the README says it.
    static let permissions =
        ["view", "add", "change"].flatMap { verb in
            [
                "authentik_core.\(verb)_application", "authentik_core.\(verb)_applicationentitlement",
                "authentik_providers_oauth2.\(verb)_oauth2provider",
            ]
        } + [
            "authentik_flows.view_flow", "authentik_crypto.view_certificatekeypair",
            "authentik_providers_oauth2.view_scopemapping",
        ]
}

extension Admin {
    /// Makes a service account whose role has the permissions.
    ///
    /// - Returns: its API token.
    func makeServiceAccount(_ name: String, permissions: [String]) async throws -> String {
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

    /// Lets nobody but a group that nobody is in open an application.
    func bar(_ application: JSONValue) async throws {
        let name = "nobody"
        let found = try await list("core/groups/?name=\(name)").first
        let group = if let found { found } else { try await send("POST", "core/groups/", ["name": .string(name)]) }
        try await send(
            "POST",
            "policies/bindings/",
            ["target": application["pk"] ?? .null, "group": group["pk"] ?? .null, "order": 0]
        )
    }
}

extension Homelab {
    /// Makes the account that passes are to run as.
    mutating func run(as account: Account, permissions: [String] = Account.permissions) async throws {
        self.account = account
        if account == .superuser { return }
        let deletions = ["authentik_core.delete_application", "authentik_providers_oauth2.delete_oauth2provider"]
        let all = permissions + (account == .deleting ? deletions : [])
        token = try await admin.makeServiceAccount("reconciler", permissions: all)
    }

    /// Closes every application to the account.
    func barAll() async throws {
        for application in try await admin.list("core/applications/") { try await admin.bar(application) }
        // A binding does not empty the cache of what the account was shown; a new application does.
        try await admin.send("POST", "core/applications/", ["name": "Passing", "slug": "passing"])
        try await admin.deleteApplication("passing")
    }
}
