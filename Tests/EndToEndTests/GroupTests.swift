import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// Groups that a file declares, from the file to Authentik and back, by the built binary.
@Suite(.timeLimit(.minutes(60))) struct GroupTests {
    private static let list = "/api/v3/core/groups/"
    private static let services = """
        apiVersion: reconcile/v1
        owner: homelab
        services: [{slug: docs, name: Docs, launchURL: "https://docs.example.net"}]

        """

    private struct Place: Sendable {
        var target: Target
        var file: String

        func run(_ arguments: String...) async throws -> Command.Result {
            try await Command(arguments + ["--config", file], environment: target.environment).run()
        }

        func declare(_ groups: String) throws {
            try Data((GroupTests.services + groups).utf8).write(to: URL(filePath: file))
        }

        func groups() async throws -> [JSONValue] { try await target.admin.list("core/groups/?ordering=name") }

        func group(_ name: String) async throws -> JSONValue? {
            try await groups().first { $0["name"]?.string == name }
        }

        var requests: [RequestLogEntry] { target.sandbox.requests.filter { $0.path.hasPrefix(GroupTests.list) } }
    }

    private func withPlace(
        _ release: Sandbox.Release = .december2025,
        _ body: @escaping @Sendable (Place) async throws -> Void
    ) async throws {
        try await withSandbox(release, token: token) { sandbox, url in
            let target = Target(
                sandbox: sandbox,
                admin: try Admin(baseURL: url, token: token),
                environment: ["AUTHENTIK_URL": url, "AUTHENTIK_TOKEN": token]
            )
            try await withFile("services.yaml") { path in
                let place = Place(target: target, file: path)
                try place.declare("groups: [{name: family}, {name: admins}]\n")
                try await body(place)
            }
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `what is missing is made once, and what is there is left alone`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            try await place.target.admin.send(
                "POST",
                "core/groups/",
                ["name": "admins", "is_superuser": true, "attributes": ["by": "hand"]]
            )
            let before = try await place.group("admins")
            place.target.sandbox.resetRequests()

            let plan = try await place.run("plan")
            #expect(plan.status == 2)
            #expect(plan.output.contains("Groups\n  + family  create  new group\n\nChanges: 1\n"))
            #expect(plan.output.contains("Plan: 1 to create, 1 group to create.\nRun: reconcile --once --config "))
            #expect(place.requests.map(\.path) == ["\(Self.list)?include_users=false&ordering=pk&page_size=100"])
            #expect(place.target.writes == [])

            let first = try await place.run("--once")
            #expect(first.status == 0)
            #expect(first.output.contains("  + family  created  new group\n"))
            #expect(first.output.contains("1 service: 1 created; 2 groups: 1 in sync, 1 created. "))
            #expect(try await place.group("family") != nil)
            #expect(place.requests.filter(\.isWrite).map(\.method) == ["POST"])

            place.target.sandbox.resetRequests()
            let second = try await place.run("--once")
            #expect(second.status == 0)
            #expect(
                second.output.contains("1 service: 1 in sync; 2 groups: 2 in sync. 9 requests, no writes")
            )
            #expect(try await place.run("plan").output.contains("Plan: nothing to do; 1 in sync."))
            #expect(try await place.run("plan", "--verbose").output.contains("= admins  in sync  the group exists"))
            #expect(place.target.writes == [])

            let pk = try #require(try await place.group("family")?["pk"]?.string)
            try await place.target.admin.send("DELETE", "core/groups/\(pk)/")
            #expect(try await place.run("plan").output.contains("Plan: 1 group to create; 1 in sync.\nRun: "))
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.group("family") != nil)
            #expect(try await place.group("admins") == before)
        }
    }

    @Test func `without groups nobody asks for them`() async throws {
        try await withPlace { place in
            try place.declare("groups: []\n")
            #expect(try await place.run("--once").status == 0)
            try place.declare("groups: [{name: family}]\n")
            let only = try await place.run("plan", "--only", "docs")
            #expect(only.output.contains("Plan for docs only: nothing to do; 1 in sync."))
            #expect(place.requests.isEmpty)
        }
    }

    @Test func `machines get them, too`() async throws {
        try await withPlace { place in
            let plan = try JSONValue(parsing: Array(try await place.run("plan", "--output", "json").output.utf8))
            #expect(try schemaMistakes(plan, "plan") == [])
            #expect(
                plan["groups"] == [["name": "family", "action": "create"], ["name": "admins", "action": "create"]]
            )
            let comment = try await place.run("plan", "--output", "markdown").output
            #expect(comment.hasPrefix("### Plan: 1 to create, 2 groups to create\n"))
            #expect(comment.contains("#### Groups: 2\n\n- **create** `family`\n- **create** `admins`\n"))
            place.target.sandbox.faults.set(
                FaultPlan(rules: [FaultRule(.html(status: 500), method: "POST", path: Self.list)])
            )
            let failed = try await place.run("--once", "--output", "json")
            #expect(failed.status == 1)
            let report = try JSONValue(parsing: Array(failed.output.utf8))
            #expect(try schemaMistakes(report, "report") == [])
            #expect(report["isConverged"] == false)
            #expect(report["groups"]?.array?.map { $0["isConverged"] } == [false, false])
            // Services do not wait for groups that they do not need.
            #expect(report["services"]?.array?.map { $0["isConverged"] } == [true])
        }
    }

    @Test func `a failure is told in Authentik's words`() async throws {
        try await withPlace { place in
            try place.declare("groups: [{name: family}]\n")
            place.target.sandbox.faults.set(
                FaultPlan(rules: [FaultRule(.html(status: 500), method: "POST", path: Self.list)])
            )
            let result = try await place.run("--once")
            #expect(result.status == 1)
            #expect(result.output.contains("  x family  create failed  new group\n      error: "))
            #expect(result.output.contains("500"))
            #expect(result.output.contains("1 service: 1 created; 1 group: 1 failed. "))
        }
    }

    @Test func `what was made without an answer is found, and not made twice`() async throws {
        try await withPlace { place in
            try place.declare("groups: [{name: family}]\n")
            place.target.sandbox.faults.set(
                FaultPlan(rules: [try FaultRule(parsing: "reset=after,method=POST,path=\(Self.list),times=1")])
            )
            #expect(try await place.run("--once").status == 0)
            #expect(place.requests.count(where: \.isWrite) == 1)
            #expect(try await place.groups().count { $0["name"] == "family" } == 1)
        }
    }

    @Test func `a saved plan is for the groups that were there`() async throws {
        try await withPlace { place in
            try await withFile("plan.json") { path in
                #expect(try await place.run("plan", "--save", path).status == 2)
                try await place.target.admin.send("POST", "core/groups/", ["name": "family"])
                place.target.sandbox.resetRequests()
                let moved = try await place.run("--once", "--plan", path)
                #expect(moved.status == 1)
                #expect(moved.errors.contains("\n  group 'family': planned create; now in-sync\n"))
                #expect(place.target.writes == [])
                #expect(try await place.run("plan", "--save", path).status == 2)
                let applied = try await place.run("--once", "--plan", path)
                #expect(applied.status == 0)
                #expect(applied.output.contains("2 groups: 1 in sync, 1 created."))
            }
        }
    }

    /// `bootstrap` grants what the file needs, and `doctor` says what is missing.
    @Test(arguments: [Sandbox.Release.december2024, .december2025])
    func `groups take rights of their own`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            func account(_ arguments: String...) async throws -> Place {
                let made = try await Command(["bootstrap"] + arguments, environment: place.target.environment).run()
                #expect(made.status == 0, "\(made.errors)")
                var limited = place
                limited.target.environment["AUTHENTIK_TOKEN"] = made.output.trimmingCharacters(in: .newlines)
                return limited
            }
            let limited = try await account()
            let refused = try await limited.run("--once")
            #expect(refused.status == 77)
            #expect(refused.errors.contains("authentik_core.view_group"))
            let advice = "; run 'reconcile doctor --config \(place.file)' to list all that are missing\n"
            #expect(refused.errors.contains(advice), "\(refused.errors)")
            let missing = try await limited.run("doctor")
            #expect(missing.status == 1)
            #expect(missing.output.contains("authentik_core.view_group"))
            #expect(
                missing.output.contains(
                    "run with an administrator's token: reconcile bootstrap --config \(place.file)\n"
                )
            )
            if release >= .december2025 {
                #expect(missing.output.contains("authentik_core.add_group is missing: to create groups"))
            }
            let role = try await place.target.admin.list("rbac/roles/?name=reconcile").first?["pk"]?.string ?? ""
            try await place.target.admin.send(
                "POST",
                "rbac/permissions/assigned_by_roles/\(role)/assign/",
                ["permissions": ["authentik_core.view_group"]]
            )
            let half = try await limited.run("--once")
            #expect(half.status == 1)
            #expect(half.output.contains("authentik_core.add_group"))
            #expect(half.output.contains("1 service: 1 created; 2 groups: 2 failed. "))
            let whole = try await account("--config", place.file)
            #expect(try await whole.run("--once").status == 0)
            #expect(try await whole.run("doctor").status == 0)
            // Without the file they are a surplus, and the advice says how to keep them.
            let again = try await Command(["bootstrap"], environment: place.target.environment).run()
            #expect(
                again.errors.contains(
                    "remove them (with --config FILE if your file has groups, access, scopeMappings, forwardAuth or sources "
                        + "in jwtFederation, which need some of them): reconcile bootstrap --trim\n"
                )
            )
            let same = try await place.run("bootstrap")
            #expect(same.errors == "nothing to do: the account is complete\n")
        }
    }

    @Test func `a daemon tells of them, and goes on trying`() async throws {
        try await withWorkplace { workplace in
            try workplace.write("groups: [{name: family}]\n" + Workplace.services)
            try workplace.set("html=500,method=POST,path=\(Self.list)")
            let daemon = try workplace.daemon()
            let failed = try await daemon.settled("the group is missing") { $0["state"] == "out-of-sync" }
            #expect(try schemaMistakes(failed, "status") == [])
            let group = failed["groups"]?.array?.first
            #expect(group?["name"] == "family" && group?["state"] == "failed")
            #expect(failed["message"]?.string?.hasPrefix("the group 'family' could not be created: ") == true)
            workplace.sandbox.faults.set(FaultPlan())
            let status = try await daemon.settled("it is made") { $0["isInSync"] == true }
            #expect(status["groups"] == [["name": "family", "state": "in-sync"]])
            #expect(try schemaMistakes(status, "status") == [])
            #expect(try await workplace.admin.list("core/groups/?name=family").count == 1)
            #expect(try await daemon.end() == 0)
        }
    }
}
