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
}

extension Admin {
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
    mutating func run(as account: Account, permissions: [String] = Admin.passPermissions) async throws {
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
