import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// Scope mappings that a file declares, from the file to Authentik and back, by the built binary.
@Suite(.timeLimit(.minutes(60))) struct ScopeMappingTests {
    private static let list = "propertymappings/provider/scope/"
    private static let mappings = """
        scopeMappings:
          - name: Own email
            scope: email
            description: Your address
            expression: |
              # Checked by hand.
              return {"email": request.user.email, "email_verified": True}

        """

    private struct Place: Sendable {
        var target: Target
        var file: String
        var admin: Admin { target.admin }

        func run(_ arguments: String...) async throws -> Command.Result {
            try await Command(arguments + ["--config", file], environment: target.environment).run()
        }

        /// - Parameter scopes: of the service `wiki`, as the file has them.
        func declare(_ head: String, scopes: String = "[openid, profile, {mapping: Own email}]") throws {
            let text = """
                apiVersion: reconcile/v1
                owner: homelab
                host: sso.example.net
                \(head)
                services:
                  - slug: wiki
                    port: 8447
                    redirectPath: /callback
                    secretRef: {env: WIKI_CLIENT_SECRET}
                    scopes: \(scopes)

                """
            try Data(text.utf8).write(to: URL(filePath: file))
        }

        func mapping(_ name: String = "Own email") async throws -> JSONValue? {
            try await admin.list(ScopeMappingTests.list).first { $0["name"]?.string == name }
        }

        func make(_ name: String, scope: String, managed: JSONValue = .null) async throws -> String {
            let body: JSONValue = [
                "name": .string(name), "scope_name": .string(scope), "expression": "return {}", "managed": managed,
            ]
            return try await admin.send("POST", ScopeMappingTests.list, body)["pk"]?.string ?? ""
        }

        func change(_ mapping: JSONValue?, _ fields: JSONValue) async throws {
            try await admin.send("PATCH", "\(ScopeMappingTests.list)\(mapping?["pk"]?.string ?? "")/", fields)
        }

        /// The pks of those that the provider has.
        func provided() async throws -> [String] {
            try await admin.provider("wiki")["property_mappings"]?.array?.compactMap(\.string) ?? []
        }
    }

    private func withPlace(
        _ release: Sandbox.Release = .december2025,
        _ body: @escaping @Sendable (Place) async throws -> Void
    ) async throws {
        try await withSandbox(release, token: token) { sandbox, url in
            let target = Target(
                sandbox: sandbox,
                admin: try Admin(baseURL: url, token: token),
                environment: ["AUTHENTIK_URL": url, "AUTHENTIK_TOKEN": token, "WIKI_CLIENT_SECRET": "w1k1-s3cr3t"]
            )
            try await withFile("services.yaml") { path in
                let place = Place(target: target, file: path)
                try place.declare(Self.mappings)
                try await body(place)
            }
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `one is made before its service, corrected, and deleted after it`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            let plan = try await place.run("plan")
            #expect(plan.status == 2)
            #expect(
                plan.output.contains("Scope mappings\n  + Own email  create  new scope mapping\n"),
                "\(plan.output)"
            )
            #expect(plan.output.contains("+ # Checked by hand.\n"))
            #expect(plan.output.contains("email (Own email)"))
            #expect(plan.output.contains("Plan: 1 to create, 1 scope mapping to create.\nRun: "))
            #expect(place.target.writes == [])

            let first = try await place.run("--once")
            #expect(first.status == 0, "\(first.output)")
            #expect(first.output.contains("1 service: 1 created; 1 scope mapping: 1 created. "))
            let made = try #require(try await place.mapping())
            #expect(made["managed"] == "reconcile/homelab/Own email")
            #expect(made["description"] == "Your address")
            #expect(try await place.provided().contains(made["pk"]?.string ?? ""))
            #expect(place.target.writes.first == "POST /api/v3/\(Self.list)")

            place.target.sandbox.resetRequests()
            let second = try await place.run("--once")
            #expect(
                second.output.contains("1 service: 1 in sync; 1 scope mapping: 1 in sync. 8 requests, no writes")
            )
            #expect(place.target.writes == [])

            try await place.change(made, ["expression": "return {}", "name": "Somebody's"])
            let drifted = try await place.run("plan")
            #expect(drifted.output.contains("  ~ Own email  update  name, expression differ\n"), "\(drifted.output)")
            #expect(drifted.output.contains("- return {}\n"))
            let corrected = try await place.run("--once")
            #expect(
                corrected.output.contains("1 service: 1 in sync; 1 scope mapping: 1 updated. "),
                "\(corrected.output)"
            )
            #expect(try await place.mapping() == made)

            try place.declare("", scopes: "[openid, profile]")
            let orphan = try await place.run("plan")
            #expect(
                orphan.output.contains(
                    "? Own email  orphaned  no longer in the file; declare it again to keep it, or set 'prune: true' to delete it"
                )
            )
            try place.declare("prune: true", scopes: "[openid, profile]")
            place.target.sandbox.resetRequests()
            let pruned = try await place.run("--once")
            #expect(pruned.status == 0, "\(pruned.output)")
            #expect(pruned.output.contains("1 scope mapping: 1 deleted. "), "\(pruned.output)")
            #expect(try await place.mapping() == nil)
            let writes = place.target.writes
            #expect(writes.last { $0.hasPrefix("DELETE") }?.hasPrefix("DELETE /api/v3/\(Self.list)") == true)
            let provider = try #require(writes.firstIndex { $0.hasPrefix("PATCH /api/v3/providers/oauth2/") })
            let deletion = try #require(writes.firstIndex { $0.hasPrefix("DELETE ") })
            #expect(provider < deletion)
            #expect(try await place.run("plan").output.contains("Plan: nothing to do; 1 in sync."))
        }
    }

    @Test(arguments: [Sandbox.Release.december2024, .december2025, .august2026])
    func `a mistake in the code is told at its line, and fails who needs it`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            let broken = Self.mappings.replacing("True}", with: "True").replacing("# Checked by hand.", with: "pass")
            try place.declare(broken)
            let result = try await place.run("--once")
            #expect(result.status == 1)
            #expect(result.output.contains("  x Own email  create failed  new scope mapping\n"), "\(result.output)")
            #expect(result.output.contains("expression: Expression Syntax Error: "))
            #expect(result.output.contains("(\(place.file):10)"), "\(result.output)")
            #expect(result.output.contains("not attempted: the scope mapping 'Own email' is needed for it"))
            #expect(try await place.admin.list("core/applications/").isEmpty)
        }
    }

    @Test func `one that is there is adopted, as far as the file lets it`() async throws {
        try await withPlace { place in
            let pk = try await place.make("Own email", scope: "mail")
            try place.declare(Self.mappings + "    adopt: never\n")
            let refused = try await place.run("--once")
            #expect(refused.status == 1)
            #expect(refused.output.contains("and may not be adopted; give it another name, or set 'adopt: always'"))
            #expect(refused.output.contains("scopes: the scope mapping 'Own email' cannot be had"))
            try place.declare(Self.mappings)
            let adopted = try await place.run("--once")
            #expect(adopted.status == 0, "\(adopted.output)")
            #expect(adopted.output.contains("1 scope mapping: 1 adopted. "))
            let mapping = try #require(try await place.mapping())
            #expect(mapping["pk"]?.string == pk)
            #expect(mapping["scope_name"] == "email")
            #expect(mapping["managed"] == "reconcile/homelab/Own email")

            let release = try await place.run("release")
            #expect(release.status == 0, "\(release.output)")
            #expect(release.output.contains("released"))
            #expect(try await place.mapping()?["managed"] == .null)
            #expect(try await place.mapping()?["expression"] == mapping["expression"])
        }
    }

    @Test func `two of one scope name are told apart by their own`() async throws {
        try await withPlace { place in
            _ = try await place.make("First", scope: "groups")
            let second = try await place.make("Second", scope: "groups")
            try place.declare("", scopes: "[openid, groups]")
            let blocked = try await place.run("--once")
            #expect(blocked.status == 1)
            #expect(
                blocked.output.contains(
                    "'groups' is the scope name of 2 mappings: 'First', 'Second' (\(place.file):10:22); choose one, as in "
                        + "'{mapping: First}'"
                ),
                "\(blocked.output)"
            )
            try place.declare("", scopes: "[openid, {mapping: Secnd}]")
            #expect(
                try await place.run("plan").output.contains(/named 'Secnd' \(.*:10:[0-9]+\); did you mean 'Second'\?/)
            )
            let doctor = try await place.run("doctor")
            #expect(doctor.output.contains("named 'Secnd'"), "\(doctor.output)")
            try place.declare("", scopes: "[openid, {mapping: Second}]")
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.provided().contains(second))
            #expect(try await place.run("plan").status == 0)
        }
    }

    @Test func `an export plans back to nothing`() async throws {
        try await withPlace { place in
            #expect(try await place.run("--once").status == 0)
            for arguments in [["--owner", "homelab"], ["--all"]] {
                let export = try await Command(["export"] + arguments, environment: place.target.environment).run()
                #expect(export.status == 0, "\(export.errors)")
                #expect(export.output.contains("scopeMappings:\n  - name: Own email\n"))
                #expect(export.output.contains("{mapping: Own email}"))
                try Data(export.output.utf8).write(to: URL(filePath: place.file))
                let plan = try await place.run("plan")
                #expect(plan.status == 0, "\(plan.output)\(plan.errors)")
            }
        }
    }

    @Test func `machines, --only and saved plans`() async throws {
        try await withPlace { place in
            let others = Self.mappings + "  - {name: Other, scope: other, expression: return 1}\n"
            try place.declare(others)
            let plan = try JSONValue(parsing: Array(try await place.run("plan", "--output", "json").output.utf8))
            #expect(try schemaMistakes(plan, "plan") == [])
            #expect(plan["scopeMappings"]?.array?.map { $0["name"] } == ["Own email", "Other"])
            try await withFile("plan.json") { path in
                #expect(try await place.run("plan", "--only", "wiki", "--save", path).status == 2)
                let applied = try await place.run("--once", "--plan", path, "--output", "json")
                #expect(applied.status == 0, "\(applied.output)\(applied.errors)")
                let report = try JSONValue(parsing: Array(applied.output.utf8))
                #expect(try schemaMistakes(report, "report") == [])
                #expect(report["scopeMappings"]?.array?.map { $0["name"] } == ["Own email"])
            }
            #expect(try await place.mapping("Other") == nil)
            #expect(try await place.run("--once").output.contains("2 scope mappings: 1 in sync, 1 created. "))
        }
    }

    @Test func `what was made without an answer is found, and not made twice`() async throws {
        try await withPlace { place in
            place.target.sandbox.faults.set(
                FaultPlan(rules: [try FaultRule(parsing: "reset=after,method=POST,path=/api/v3/\(Self.list),times=1")])
            )
            let result = try await place.run("--once")
            #expect(result.status == 0, "\(result.output)")
            #expect(place.target.writes.count { $0 == "POST /api/v3/\(Self.list)" } == 1)
            #expect(try await place.run("plan").status == 0)
        }
    }

    @Test func `one that cannot be changed or deleted fails no service`() async throws {
        try await withPlace { place in
            #expect(try await place.run("--once").status == 0)
            try await place.change(try await place.mapping(), ["expression": "return {}"])
            func fail(_ method: String) {
                let rule = FaultRule(.html(status: 500), method: method, path: "/api/v3/\(Self.list)")
                place.target.sandbox.faults.set(FaultPlan(rules: [rule]))
            }
            fail("PATCH")
            let changed = try await place.run("--once")
            #expect(changed.status == 1)
            #expect(changed.output.contains("1 service: 1 in sync; 1 scope mapping: 1 failed. "), "\(changed.output)")
            try place.declare("prune: true", scopes: "[openid]")
            fail("DELETE")
            let deleted = try await place.run("--once")
            #expect(deleted.status == 1)
            #expect(deleted.output.contains("1 service: 1 updated; 1 scope mapping: 1 failed. "), "\(deleted.output)")
            place.target.sandbox.faults.set(FaultPlan())
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.mapping() == nil)
        }
    }

    /// What a provider has that no service of the file is, is not taken away from it.
    @Test func `one that somebody else uses stays`() async throws {
        try await withPlace { place in
            #expect(try await place.run("--once").status == 0)
            try await place.admin.makeProvider("elsewhere")
            let pk = try #require(try await place.mapping()?["pk"])
            try await place.admin.changeProvider("elsewhere", ["property_mappings": [pk]])
            try place.declare("prune: true", scopes: "[openid]")
            let kept = try await place.run("--once")
            #expect(kept.status == 0)
            #expect(kept.output.contains("left alone because the provider 'elsewhere' has it"), "\(kept.output)")
            #expect(try await place.mapping() != nil)
            try await place.admin.deleteProvider("elsewhere")
            #expect(try await place.run("--once").output.contains("1 scope mapping: 1 deleted. "))
        }
    }

    @Test func `the deletion limit holds them, too`() async throws {
        try await withPlace { place in
            #expect(try await place.run("--once").status == 0)
            try place.declare("prune: true\nmaxDeletions: 0", scopes: "[openid]")
            let held = try await place.run("--once", "--output", "json")
            #expect(held.status == 1)
            let report = try JSONValue(parsing: Array(held.output.utf8))
            #expect(try schemaMistakes(report, "report") == [])
            #expect(report["heldDeletions"]?["deletions"] == 1)
            #expect(report["scopeMappings"]?.array?.map { $0["isConverged"] } == [false])
            #expect(try await place.mapping() != nil)
            #expect(try await place.run("--once", "--allow-deletions", "1").status == 0)
            #expect(try await place.mapping() == nil)
        }
    }

    /// What an administrator changes is seen in the audit log, and put right at once.
    @Test func `the daemon corrects it`() async throws {
        try await withWorkplace { workplace in
            try workplace.write(Self.mappings + Workplace.services)
            let daemon = try workplace.daemon()
            let status = try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(try schemaMistakes(status, "status") == [])
            #expect(status["scopeMappings"] == [["name": "Own email", "state": "in-sync"]])
            let path = "\(Self.list)?name=Own+email"
            let pk = try await workplace.admin.list(path).first?["pk"]?.string ?? ""
            try await workplace.admin.send("PATCH", "\(Self.list)\(pk)/", ["expression": "return {}"])
            try await daemon.eventually("the expression is changed back") {
                try await workplace.admin.list(path).first?["expression"] == "return {}" ? nil : true
            }
            #expect(try await daemon.end() == 0)
        }
    }
}
