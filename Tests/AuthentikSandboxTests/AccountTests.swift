import AuthentikSandbox
import JSON
import Testing

/// Who is let in, and to what.
@Suite(.timeLimit(.minutes(60))) struct AccountTests {
    @Test(
        arguments: [
            ("GET", "core/application_entitlements/", "authentik_core.view_applicationentitlement", 200),
            ("GET", "providers/oauth2/", "authentik_providers_oauth2.view_oauth2provider", 200),
            ("GET", "providers/proxy/", "authentik_providers_proxy.view_proxyprovider", 200),
            ("GET", "outposts/instances/", "authentik_outposts.view_outpost", 200),
            ("GET", "core/groups/", "authentik_core.view_group", 200),
            ("GET", "core/users/", "authentik_core.view_user", 200),
            ("GET", "core/tokens/", "authentik_core.view_token", 200),
            ("GET", "core/tokens/other/view_key/", "authentik_core.view_token_key", 200),
            ("GET", "rbac/roles/", "authentik_rbac.view_role", 200),
            ("GET", "events/events/", "authentik_events.view_event", 200),
            ("GET", "core/applications/a/", "authentik_core.view_application", 200),
            ("POST", "core/applications/", "authentik_core.add_application", 400),
            ("PATCH", "core/applications/a/", "authentik_core.change_application", 200),
            ("DELETE", "core/applications/a/", "authentik_core.delete_application", 204),
            ("DELETE", "flows/instances/initial-setup/", "authentik_flows.delete_flow", 204),
            ("POST", "core/users/service_account/", "authentik_core.add_user", 400),
        ]
    )
    func `a permission opens one thing`(method: String, path: String, permission: String, status: Int) async throws {
        try await Workshop.open { workshop in
            _ = try await workshop.post("core/applications/", ["name": "a", "slug": "a"])
            _ = try await workshop.account("other", permissions: [])
            let without = try await workshop.account("without", permissions: ["authentik_core.view_brand"])
            let with = try await workshop.account("with", permissions: [permission])
            let body: JSONValue? = ["POST", "PATCH"].contains(method) ? [:] : nil
            let refused = try await without.send(method, "/api/v3/\(path)", body)
            #expect(refused.status == 403)
            #expect(refused.json == ["detail": "You do not have permission to perform this action."])
            #expect(try await with.send(method, "/api/v3/\(path)", body).status == status)
        }
    }

    @Test(arguments: [
        ["authentik_core.add_application"], ["authentik_providers_oauth2.add_oauth2provider"],
    ])
    func `a transaction needs both permissions`(permissions: [String]) async throws {
        try await Workshop.open { workshop in
            let half = try await workshop.account("half", permissions: permissions)
            let answer = try await half.send("PUT", "/api/v3/core/transactional/applications/", [:])
            #expect(answer.status == 403)
        }
    }

    @Test func `only an API token of somebody who is there opens the API`() async throws {
        try await Workshop.open { workshop in
            let member = try await workshop.account("member", permissions: [])
            let me = "/api/v3/core/users/me/"
            #expect(try await member.send("GET", me).json?["user"]?["username"] == "member")
            let made = try await workshop.post("core/users/service_account/", ["name": "b", "create_group": true]).json
            let password = try #require(made?["token"]?.string)
            #expect(try await member.send("GET", me, as: .token(password)).status == 403)
            #expect(try await workshop.count("core/groups/?name=b") == 1)

            let user = try await member.send("GET", me).json?["user"]?["pk"]?.integer ?? 0
            #expect(try await workshop.delete("core/users/\(user)/").status == 204)
            let gone = try await member.send("GET", me)
            #expect(gone.status == 403)
            #expect(gone.json == ["detail": "Token invalid/expired"])
            #expect(try await workshop.count("core/tokens/?user__username=member") == 0)
        }
    }

    @Test func `a superuser is who is in a group of superusers, or in one below`() async throws {
        try await Workshop.open { workshop in
            let member = try await workshop.account("member", permissions: [])
            #expect(try await member.send("GET", "/api/v3/core/groups/").status == 403)
            let own = try await workshop.get("core/groups/?name=member").json?["results"]?.array?.first
            let admins = try await workshop.get("core/groups/?is_superuser=true").json?["results"]?.array?.first
            let parents: JSONValue = ["parents": [admins?["pk"] ?? .null]]
            #expect(try await workshop.patch("core/groups/\(own?["pk"]?.string ?? "")/", parents).status == 200)
            #expect(try await member.send("GET", "/api/v3/core/groups/").status == 200)
        }
    }

    @Test(
        arguments: [
            ("core/users/service_account/", ["name": "akadmin"], ["name": ["This field must be unique."]]),
            ("core/tokens/", ["identifier": "no slug"], nil),
            ("core/tokens/", ["identifier": "t", "user": 4711], nil),
            ("rbac/roles/", ["name": "authentik Read-only"], ["name": ["This field must be unique."]]),
        ] as [(String, JSONValue, JSONValue?)]
    )
    func `a wrong account is refused`(path: String, body: JSONValue, error: JSONValue?) async throws {
        try await Workshop.open { workshop in
            let answer = try await workshop.post(path, body)
            #expect(answer.status == 400)
            if let error { #expect(answer.json == error) }
        }
    }

    @Test func `a role gets only what is a permission`() async throws {
        try await Workshop.open { workshop in
            let role = try await workshop.post("rbac/roles/", ["name": "r"]).json?["pk"]?.string ?? ""
            let path = "rbac/permissions/assigned_by_roles/\(role)/assign/"
            #expect(try await workshop.post(path, ["permissions": ["everything"]]).status == 400)
            #expect(try await workshop.delete("rbac/roles/\(role)/").status == 204)
            #expect(try await workshop.post(path, ["permissions": []]).status == 404)
        }
    }
}
