import AuthentikAPI
import AuthentikSandbox
import Base
import CurlTransport
import JSON
import Kinds
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import Setup

/// The account that this program makes for itself, on a sandbox that enforces permissions.
@Suite(.timeLimit(.minutes(60))) struct BootstrapTests {
    private func withAuthentik(
        _ body: @escaping @Sendable (Bootstrap, Admin, AuthentikAddress) async throws -> Void
    ) async throws {
        try await Turnstile.sandboxes.run {
            try await withSandbox(token: "admin-token") { _, url in
                let address = try #require(AuthentikAddress(url))
                let bootstrap = Bootstrap(client: try Self.client(address, "admin-token"), name: "reconcile")
                try await body(bootstrap, try Admin(baseURL: url, token: "admin-token"), address)
            }
        }
    }

    private static func client(_ address: AuthentikAddress, _ token: String) throws -> AuthentikClient {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        let transport = try CurlTransport(configuration: configuration)
        return AuthentikClient(address: address, token: Secret(token), transport: transport)
    }

    @Test func `it is made once, and found again`() async throws {
        try await withAuthentik { bootstrap, admin, address in
            let made = try await bootstrap.run()
            #expect(made.changes == 5)
            #expect(made.surplus == [])
            let client = try Self.client(address, made.token.exposed)
            let account = try await client.account()
            #expect(account.username == "reconcile")
            #expect(!account.isSuperuser)
            let token = try await admin.send("GET", "core/tokens/reconcile-api/")
            #expect(token["intent"] == "api")
            #expect(token["expiring"] == false)

            let writes = bootstrap.client.requestCounts.writes
            let again = try await bootstrap.run()
            #expect(again.changes == 0)
            #expect(again.token == made.token)
            #expect(bootstrap.client.requestCounts.writes == writes)
        }
    }

    /// What was made before it ended.
    @Test(arguments: 1...4)
    func `half a run is finished by the next`(steps: Int) async throws {
        try await withAuthentik { bootstrap, _, address in
            let gate = WriteGate()
            let done = Mutex(0)
            var half = bootstrap
            half.client.gate = gate
            half.onChange = { _ in
                let count = done.withLock { count in
                    count += 1
                    return count
                }
                if count == steps { gate.set(.none(why: "enough")) }
            }
            let halfRun = half
            await #expect(throws: WritesStopped.self) { _ = try await halfRun.run() }
            let whole = try await bootstrap.run()
            #expect(whole.changes == 5 - steps)
            let client = try Self.client(address, whole.token.exposed)
            #expect(try await client.account().username == "reconcile")
        }
    }

    @Test func `what somebody took away is given back, and what somebody added is told and left`() async throws {
        try await withAuthentik { bootstrap, admin, _ in
            _ = try await bootstrap.run()
            let group = try #require(try await admin.list("core/groups/?name=reconcile").first)
            try await admin.send("PATCH", "core/groups/\(group["pk"]?.string ?? "")/", ["users": []])
            let role = try #require(try await admin.list("rbac/roles/?name=reconcile").first)
            try await admin.send(
                "POST",
                "rbac/permissions/assigned_by_roles/\(role["pk"]?.string ?? "")/assign/",
                ["permissions": ["authentik_core.view_user"]]
            )
            let again = try await bootstrap.run()
            #expect(again.changes == 1)
            #expect(again.surplus == ["authentik_core.view_user"])
            #expect(try await admin.list("core/groups/?name=reconcile").first?["users"]?.array?.count == 1)
        }
    }

    @Test func `a surplus goes if that is wanted, and nothing else`() async throws {
        try await withAuthentik { bootstrap, admin, _ in
            var bootstrap = bootstrap
            let granted = bootstrap.permissions
            let policies = ["view", "add", "change", "delete"].map { "authentik_policies.\($0)_policybinding" }
            // What an earlier release granted.
            bootstrap.permissions += policies + ["authentik_core.view_group"]
            _ = try await bootstrap.run()
            bootstrap.permissions = granted
            #expect(try await bootstrap.run().surplus.count == 5)
            let changes = Mutex<[String]>([])
            bootstrap.onChange = { change in changes.withLock { $0.append(change) } }
            bootstrap.trims = true
            let trimmed = try await bootstrap.run()
            #expect(trimmed.changes == 1)
            #expect(trimmed.surplus == [])
            let names = (["authentik_core.view_group"] + policies.sorted()).joined(separator: ", ")
            #expect(changes.withLock { $0 } == ["removed permissions that are not needed from the role: \(names)"])
            let role = try #require(try await bootstrap.client.role(named: "reconcile"))
            #expect(try await bootstrap.client.permissions(ofRole: role.pk) == Set(granted))
            #expect(try await bootstrap.run().changes == 0)
            #expect(try await admin.list("core/users/?username=reconcile").count == 1)
        }
    }

    @Test(arguments: [
        ("a person's account", "the user 'akadmin' is not a service account"),
        ("a group of superusers", "the group 'authentik Admins' grants superuser rights to its members"),
        ("another's token", "the token 'other-api' belongs to another account"),
        ("a token that expires", "the token 'mine-api' expires, and its key would then change"),
    ])
    func `what is something else is left alone, and nothing is made`(what: String, complaint: String) async throws {
        try await withAuthentik { bootstrap, admin, _ in
            var bootstrap = bootstrap
            switch what {
            case "a person's account": bootstrap.name = "akadmin"
            case "a group of superusers": bootstrap.name = "authentik Admins"
            case "another's token":
                bootstrap.name = "other"
                try await admin.send("POST", "core/tokens/", ["identifier": "other-api", "intent": "api"])
            default:
                bootstrap.name = "mine"
                let account = try await admin.send("POST", "core/users/service_account/", ["name": "mine"])
                try await admin.send(
                    "POST",
                    "core/tokens/",
                    ["identifier": "mine-api", "intent": "api", "user": account["user_pk"] ?? .null, "expiring": true]
                )
            }
            let taken = bootstrap
            let error = await #expect(throws: NameTaken.self) { _ = try await taken.run() }
            #expect(error?.description == complaint)
            #expect(bootstrap.client.requestCounts.writes == 0)
        }
    }

    @Test func `an account that may not do it is told what it lacks`() async throws {
        try await withAuthentik { bootstrap, admin, address in
            let weak = try await admin.makeServiceAccount("weak", permissions: ["authentik_core.view_user"])
            let limited = Bootstrap(client: try Self.client(address, weak), name: "reconcile")
            let error = await #expect(throws: AuthentikError.self) { _ = try await limited.run() }
            #expect(error?.kind == .permissionDenied)
            #expect(error?.permission != nil)
        }
    }
}
