import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// Policies, bindings, groups and users beyond what was recorded.
@Suite(.timeLimit(.minutes(60))) struct PolicyTests {
    @Test(
        arguments: [
            ("return (", "'(' was never closed (temp-policy, line 2)"),
            ("x = [1,\n2]\nreturn {", "'{' was never closed (temp-policy, line 4)"),
            ("return )", "unmatched ')' (temp-policy, line 2)"),
            (
                "return [1)",
                "closing parenthesis ')' does not match opening parenthesis '[' (temp-policy, line 2)"
            ),
            (
                "return [1,\n2)",
                "closing parenthesis ')' does not match opening parenthesis '[' on line 2 (temp-policy, line 3)"
            ),
            ("return 'a\n'", "unterminated string literal (detected at line 2) (temp-policy, line 2)"),
            (
                "return '''a\n'",
                "unterminated triple-quoted string literal (detected at line 3) (temp-policy, line 2)"
            ),
        ]
    )
    func `a mistake of syntax is refused`(expression: String, message: String) async throws {
        try await Workshop.open { workshop in
            let answer = try await workshop.post(
                "policies/expression/",
                ["name": "p", "expression": .string(expression)]
            )
            #expect(answer.status == 400)
            #expect(answer.json == ["expression": [.string("Expression Syntax Error: \(message)")]])
        }
    }

    @Test(arguments: [
        "return ')' == \"'(\"", "# (\nreturn True", "return '''(\n'''", "return '\\'('", "return {'a': [(1)]}",
    ])
    func `quotes and comments hide brackets`(expression: String) async throws {
        try await Workshop.open { workshop in
            let body: JSONValue = ["name": "p", "expression": .string(" \(expression)\n")]
            let answer = try await workshop.post("policies/expression/", body)
            #expect(answer.status == 201)
            #expect(answer.json?["expression"] == .string(expression))
        }
    }

    @Test func `a policy is looked up, put and told of its other kinds`() async throws {
        try await Workshop.open { workshop in
            let made = try await workshop.post("policies/expression/", ["name": "b", "expression": "return True"])
            let pk = try #require(made.json?["pk"]?.string)
            let path = "policies/expression/\(pk)/"
            let put = try await workshop.client.send("PUT", "/api/v3/\(path)", ["name": "a"])
            #expect(put.json == ["expression": ["This field is required."]])
            let changed = try await workshop.client.send(
                "PUT",
                "/api/v3/\(path)",
                ["name": "a", "expression": "return False", "execution_logging": true]
            )
            #expect(changed.json?["execution_logging"] == true)
            #expect(try await workshop.get(path).json == changed.json)
            #expect(try await workshop.get("policies/all/\(pk)/").json == changed.json)
            #expect(try await workshop.count("policies/all/?search=password-change") == 1)
            #expect(try await workshop.count("policies/expression/?search=password-change") == 0)
            #expect(try await workshop.count("policies/all/?promptstage__isnull=false") == 2)
            #expect(try await workshop.count("policies/all/?bindings__isnull=true") == 3)
            let taken: JSONValue = ["name": "default-match-update", "expression": "return True"]
            #expect(
                try await workshop.post("policies/expression/", taken).json
                    == ["name": ["Policy with this name already exists."]]
            )
            let matcher = try await workshop.get("policies/all/?search=match-update").json?["results"]?.array?.first
            let other = try #require(matcher?["pk"]?.string)
            #expect(try await workshop.get("policies/expression/\(other)/").status == 404)
            #expect(try await workshop.delete("policies/all/\(pk)/").status == 204)
            #expect(try await workshop.get(path).status == 404)
        }
    }

    /// An application, a group, a user and two policies, all without bindings.
    private func subjects(_ workshop: Workshop) async throws -> [String: JSONValue] {
        func pk(_ path: String, _ body: JSONValue) async throws -> JSONValue {
            try #require(try await workshop.post(path, body).json?["pk"])
        }
        return [
            "target": try await pk("core/applications/", ["name": "A", "slug": "a"]),
            "group": try await pk("core/groups/", ["name": "g"]),
            "user": try await pk("core/users/", ["username": "u", "name": "U"]),
            "policy": try await pk("policies/expression/", ["name": "p", "expression": "return True"]),
            "other": try await pk("policies/expression/", ["name": "q", "expression": "return True"]),
        ]
    }

    private func body(_ subjects: [String: JSONValue], _ names: String..., order: Int = 0) -> JSONValue {
        .object(subjects.filter { names.contains($0.key) }.merging(["order": .integer(order)]) { $1 })
    }

    @Test func `a policy is bound once at an order, also by a change`() async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            let error: JSONValue = ["non_field_errors": ["The fields policy, target, order must make a unique set."]]
            let first = try await workshop.post("policies/bindings/", body(all, "target", "policy"))
            let second = try await workshop.post("policies/bindings/", body(all, "target", "policy", order: 1))
            #expect(first.status == 201)
            #expect(second.status == 201)
            #expect(first.json?["policy_obj"]?["bound_to"] == 1)
            #expect(second.json?["policy_obj"]?["bound_to"] == 2)
            #expect(try await workshop.post("policies/bindings/", body(all, "target", "policy")).json == error)
            let path = "policies/bindings/\(second.json?["pk"]?.string ?? "")/"
            #expect(try await workshop.patch(path, body(all, "target", "policy")).json == error)
            // What it is already is no collision; nor is another policy's place.
            #expect(try await workshop.patch(path, body(all, "target", "policy", order: 1)).status == 200)
            var other = all
            other["policy"] = all["other"]
            #expect(try await workshop.patch(path, body(other, "target", "policy")).status == 200)
        }
    }

    /// A PATCH that names another subject leaves the policy, which decides; a PUT does not.
    @Test func `a subject is changed for good only by a PUT`() async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            let made = try await workshop.post("policies/bindings/", body(all, "target", "policy"))
            let path = "policies/bindings/\(made.json?["pk"]?.string ?? "")/"
            let patched = try await workshop.patch(path, body(all, "target", "group")).json
            #expect(patched?["group"] == all["group"])
            #expect(patched?["policy"] == all["policy"])
            #expect(workshop.sandbox.state.bindings(of: "a").map(\.subject) == [.policy("p")])
            let put = try await workshop.client.send("PUT", "/api/v3/\(path)", body(all, "target", "group")).json
            #expect(put?["policy"] == JSONValue.null)
            #expect(workshop.sandbox.state.bindings(of: "a").map(\.subject) == [.group("g")])
        }
    }

    @Test func `a list of bindings knows policies and targets, not groups and users`() async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            let before = try #require(try await workshop.count("policies/bindings/"))
            for subject in ["group", "user", "policy"] {
                let made = try await workshop.post("policies/bindings/", body(all, "target", subject, order: 4))
                try #require(made.status == 201)
            }
            let target = all["target"]?.string ?? ""
            let lists = [
                "target=\(target)", "target=\(target)&policy=\(all["policy"]?.string ?? "")",
                "target=\(target)&policy__isnull=true", "order=4", "target_in=\(target)", "target=\(target)&search=p",
                "target=\(target)&enabled=false", "group=\(all["group"]?.string ?? "")", "user=7", "timeout=31",
            ]
            var counts: [Int?] = []
            for list in lists { counts.append(try await workshop.count("policies/bindings/?\(list)")) }
            #expect(counts == [3, 1, 2, 3, 3, 1, 0, before + 3, before + 3, 0])
            let unknown = UUID().uuidString.lowercased()
            #expect(
                try await workshop.get("policies/bindings/?policy=\(unknown)").json
                    == ["policy": ["Select a valid choice. That choice is not one of the available choices."]]
            )
            let message = "Select a valid choice. \(unknown) is not one of the available choices."
            #expect(
                try await workshop.get("policies/bindings/?target_in=\(unknown)").json
                    == ["target_in": [.string(message)]]
            )
        }
    }

    @Test(arguments: ["group", "user", "policy", "target"])
    func `bindings fall with what they are about`(_ victim: String) async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            for subject in ["group", "user", "policy"] {
                _ = try await workshop.post("policies/bindings/", body(all, "target", subject, order: 1))
            }
            let paths = [
                "group": "core/groups/\(all["group"]?.string ?? "")/",
                "user": "core/users/\(all["user"]?.integer ?? 0)/",
                "policy": "policies/expression/\(all["policy"]?.string ?? "")/", "target": "core/applications/a/",
            ]
            let before = try await workshop.count("policies/bindings/") ?? 0
            #expect(try await workshop.delete(paths[victim] ?? "").status == 204)
            let left = workshop.sandbox.state.bindings(of: "a").map(\.subject)
            let subjects: [String: SandboxState.Subject] = [
                "group": .group("g"), "user": .user("u"), "policy": .policy("p"),
            ]
            let expected = victim == "target" ? [] : subjects.filter { $0.key != victim }.map(\.value)
            #expect(Set(left) == Set(expected))
            #expect(try await workshop.count("policies/bindings/") == before - (victim == "target" ? 3 : 1))

            let names = [
                "group": ("authentik_core", "group", "Group g"), "user": ("authentik_core", "user", "User U"),
                "policy": ("authentik_policies_expression", "expressionpolicy", "Policy p"),
            ]
            guard let (app, model, subject) = names[victim] else { return }
            let events = try await workshop.get("events/events/?action=model_deleted").json?["results"]?.array ?? []
            let models = events.reversed().compactMap { $0["context"]?["model"] }
            #expect(models.map { $0["app"]?.string } == [app, "authentik_policies"])
            #expect(models.map { $0["model_name"]?.string } == [model, "policybinding"])
            #expect(models.last?["name"] == .string("Binding from A #1 to \(subject)"))
            #expect(models.last?["pk"]?.string?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        }
    }

    @Test func `a superuser asks for others, everybody for themselves`() async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            _ = try await workshop.post("policies/bindings/", body(all, "target", "user"))
            let path = "core/applications/a/check_access/"
            let user = all["user"]?.integer ?? 0
            #expect(try await workshop.get(path).json?["passing"] == false)
            #expect(try await workshop.get(path + "?for_user=\(user)").json?["passing"] == true)
            let wrong = try await workshop.get(path + "?for_user=4711")
            #expect(wrong.status == 400)
            #expect(wrong.json == ["for_user": "User not found"])
            #expect(try await workshop.get(path + "?for_user=u").json == ["for_user": "for_user must be numerical"])

            // It takes no permission, and nobody else's name.
            let member = try await workshop.account("member", permissions: [])
            let answer = try await member.send("GET", "/api/v3/\(path)?for_user=\(user)")
            #expect(answer.json == ["passing": false, "messages": [], "log_messages": []])
            #expect(try await member.send("GET", "/api/v3/core/applications/nothing/check_access/").status == 404)
        }
    }

    @Test func `a policy that the sandbox does not support says so`() async throws {
        try await Workshop.open { workshop in
            workshop.sandbox.change { state in
                state.addExpressionPolicy("hours", "return ak_now().hour > 8")
                state.bind("a", to: .init(.policy("hours"), isNegated: true))
            }
            let answer = try await workshop.get("core/applications/a/check_access/").json
            #expect(answer?["passing"] == false)
            let messages = answer?["log_messages"]?.array ?? []
            #expect(messages.map { $0["event"]?.string } == ["The sandbox does not support the policy 'hours'"])
        }
    }

    @Test func `members come and go`() async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            let group = "core/groups/\(all["group"]?.string ?? "")/"
            let user: JSONValue = ["pk": all["user"] ?? .null]
            #expect(try await workshop.post(group + "add_user/", user).status == 204)
            #expect(try await workshop.post(group + "add_user/", user).status == 204)
            #expect(workshop.sandbox.state.members(of: "g") == ["u"])
            #expect(try await workshop.count("core/groups/?members_by_username=u") == 1)
            #expect(try await workshop.count("core/groups/?members_by_pk=\(all["user"]?.integer ?? 0)") == 1)
            #expect(try await workshop.count("core/users/?groups_by_name=g") == 1)
            #expect(try await workshop.get("core/users/?groups_by_name=h").status == 400)
            let uses = try await workshop.get(group + "used_by/").json?.array
            #expect(uses?.map { $0["name"]?.string } == ["u"])
            #expect(try await workshop.post(group + "remove_user/", user).status == 204)
            #expect(try await workshop.post(group + "add_user/", ["pk": 4711]).status == 404)
            #expect(workshop.sandbox.state.members(of: "g") == [])
            let events = try await workshop.get("events/events/?context_model_name=group&action=model_updated")
            #expect(events.json?["pagination"]?["count"] == 2)
        }
    }

    @Test func `a user is made, changed and put into groups`() async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            let group = all["group"] ?? .null
            let user: JSONValue = [
                "username": "v", "name": "", "email": "v@example.org", "groups": [group], "type": "external",
                "attributes": ["a": 1], "is_active": false,
            ]
            let made = try await workshop.post("core/users/", user).json
            let path = "core/users/\(made?["pk"]?.integer ?? 0)/"
            #expect(made?["groups"] == [group])
            #expect(made?["type"] == "external")
            #expect(try await workshop.get(path).json == made)
            #expect(try await workshop.post("core/users/", user).json == ["username": ["This field must be unique."]])
            #expect(try await workshop.post("core/users/", ["username": "w"]).status == 400)
            #expect(try await workshop.patch(path, ["name": "V"]).json?["groups"] == [group])
            let put = try await workshop.client.send("PUT", "/api/v3/\(path)", ["username": "v2", "name": "V"])
            #expect(put.json?["groups"] == [])
            #expect(put.json?["email"] == "v@example.org")
            #expect(try await workshop.count("core/users/?username=v") == 0)
            #expect(try await workshop.count("core/users/?username=v2&type=external&is_active=false") == 1)
        }
    }

    @Test(
        arguments: [
            ("GET", "policies/all/", "authentik_policies.view_policy", 200),
            ("GET", "policies/expression/", "authentik_policies_expression.view_expressionpolicy", 200),
            ("GET", "policies/expression/%p/", "authentik_policies_expression.view_expressionpolicy", 200),
            ("GET", "policies/expression/%p/used_by/", "authentik_policies_expression.view_expressionpolicy", 200),
            ("POST", "policies/expression/", "authentik_policies_expression.add_expressionpolicy", 400),
            ("PATCH", "policies/expression/%p/", "authentik_policies_expression.change_expressionpolicy", 200),
            ("DELETE", "policies/expression/%p/", "authentik_policies_expression.delete_expressionpolicy", 204),
            ("GET", "policies/bindings/", "authentik_policies.view_policybinding", 200),
            ("POST", "policies/bindings/", "authentik_policies.add_policybinding", 400),
            ("GET", "core/groups/%g/used_by/", "authentik_core.view_group", 200),
            ("POST", "core/groups/%g/add_user/", "authentik_core.add_user_to_group", 404),
            ("POST", "core/groups/%g/remove_user/", "authentik_core.remove_user_from_group", 404),
            ("POST", "core/users/", "authentik_core.add_user", 400),
            ("PATCH", "core/users/%u/", "authentik_core.change_user", 200),
            ("GET", "admin/settings/", "authentik_rbac.view_system_settings", 200),
            ("PATCH", "admin/settings/", "authentik_rbac.edit_system_settings", 200),
        ]
    )
    func `a permission opens one thing`(method: String, path: String, permission: String, status: Int) async throws {
        try await Workshop.open(.may2026) { workshop in
            let all = try await subjects(workshop)
            let path =
                "/api/v3/"
                + path.replacing("%p", with: all["policy"]?.string ?? "")
                .replacing("%g", with: all["group"]?.string ?? "")
                .replacing("%u", with: String(all["user"]?.integer ?? 0))
            let without = try await workshop.account("without", permissions: ["authentik_core.view_brand"])
            let with = try await workshop.account("with", permissions: [permission])
            let body: JSONValue? = ["POST", "PATCH"].contains(method) ? [:] : nil
            #expect(try await without.send(method, path, body).status == 403)
            #expect(try await with.send(method, path, body).status == status)
            #expect(workshop.sandbox.requests.last?.permissions == [permission])
        }
    }

    @Test func `a transaction with bindings needs a permission more, and says so`() async throws {
        try await Workshop.open { workshop in
            let all = try await subjects(workshop)
            let permissions = ["authentik_core.add_application", "authentik_providers_oauth2.add_oauth2provider"]
            let client = try await workshop.account("half", permissions: permissions)
            let more = "authentik_policies.add_policybinding"
            let whole = try await workshop.account("whole", permissions: permissions + [more])
            let path = "/api/v3/core/transactional/applications/"
            func transaction(_ slug: String, _ bindings: JSONValue) -> JSONValue {
                [
                    "app": ["name": .string(slug), "slug": .string(slug)], "provider": workshop.provider(slug),
                    "provider_model": "authentik_providers_oauth2.oauth2provider", "policy_bindings": bindings,
                ]
            }
            let bindings: JSONValue = [["group": all["group"] ?? .null, "order": 0]]
            #expect(try await client.send("PUT", path, transaction("b", bindings)).status == 403)
            #expect(try await workshop.get("core/applications/b/").status == 404)
            #expect(try await workshop.count("providers/oauth2/?name=b") == 0)
            #expect(try await client.send("PUT", path, transaction("b", [])).status == 200)
            #expect(try await whole.send("PUT", path, transaction("c", bindings)).status == 200)
            #expect(Set(workshop.sandbox.requests.last?.permissions ?? []) == Set(permissions + [more]))
            #expect(workshop.sandbox.state.bindings(of: "c") == [.init(.group("g"))])
        }
    }
}
