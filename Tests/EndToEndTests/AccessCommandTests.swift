import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// `reconcile access`, by the built binary.
@Suite(.timeLimit(.minutes(60))) struct AccessCommandTests {
    /// A server where much is bound, by this program and by others.
    private func withAccess(
        _ release: Sandbox.Release = .august2026,
        _ change: @escaping @Sendable (inout SandboxState) -> Void = { _ in },
        _ body: @escaping @Sendable (Target) async throws -> Void
    ) async throws {
        var state = SandboxState(release: release, token: token)
        state.addGroup("admins", members: ["alice"])
        state.addGroup("family", members: ["bob"])
        state.addExpressionPolicy("office hours", "return False")
        state.addApplication("both", mode: .all)
        state.bind("both", to: .init(.group("family")), .init(.policy("office hours"), order: 1))
        state.bind(
            "mixed",
            to: .init(.group("admins")),
            .init(.user("bob"), order: 1, expires: Date(timeIntervalSince1970: 4_000_000_000)),
            .init(.group("family"), order: 2, isEnabled: false)
        )
        state.bind("not", to: .init(.group("family"), isNegated: true))
        state.bind("off", to: .init(.group("family"), isEnabled: false))
        state.addApplication("open")
        state.addExpressionPolicy("reconcile: nobody", "return False")
        state.bind("shut", to: .init(.policy("reconcile: nobody")))
        change(&state)
        var configuration = Sandbox.Configuration(release: release, token: token)
        configuration.state = state
        try await withSandbox(configuration: configuration) { sandbox, url in
            try await body(
                Target(
                    sandbox: sandbox,
                    admin: try Admin(baseURL: url, token: token),
                    environment: ["AUTHENTIK_URL": url, "AUTHENTIK_TOKEN": token]
                )
            )
        }
    }

    /// The lines of the table.
    private func table(_ output: String) -> [String] {
        output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("  ") }
    }

    @Test func `who may open what is a table`() async throws {
        try await withAccess { target in
            let result = try await target.run("access")
            #expect(result.status == 0 && result.errors == "", "\(result.errors)")
            #expect(
                table(result.output) == [
                    "  Application  Name   Open to",
                    "  both         both   group 'family'",
                    "                      and policy 'office hours'",
                    "  mixed        mixed  group 'admins'",
                    "                      or user 'bob' (until 2096-10-02T07:06:40Z)",
                    "                      group 'family' (disabled)",
                    "  not          not    not group 'family'",
                    "  off          off    everybody",
                    "                      group 'family' (disabled)",
                    "  open         open   everybody",
                    "  shut         shut   nobody",
                    "                      policy 'reconcile: nobody'",
                ],
                "\(result.output)"
            )
            #expect(result.output.hasPrefix("Authentik 2026.8.6 at http://127.0.0.1:"), "\(result.output)")
            #expect(
                result.output.hasSuffix("\n\n6 applications: 3 restricted, 2 open to everybody, 1 open to nobody.\n")
            )
            #expect(target.writes == [])
            #expect(target.sandbox.requests.count == 6, "\(target.sandbox.requests.map(\.path))")
            result.expectNoSecrets()
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a user's access is what Authentik answers`(_ release: Sandbox.Release) async throws {
        try await withAccess(release) { target in
            for user in ["alice", "bob"] {
                target.sandbox.resetRequests()
                let result = try await target.run("access", "--user", user, "--output", "json")
                #expect(result.status == 0, "\(result.errors)")
                let list = try JSONValue(parsing: Array(result.output.utf8))
                #expect(try schemaMistakes(list, "access") == [])
                #expect(list["user"]?.string == user)
                let pk = try await target.admin.list("core/users/?username=\(user)").first?["pk"]?.integer ?? 0
                let applications = try #require(list["applications"]?.array)
                #expect(applications.count == 6)
                for application in applications {
                    let slug = application["slug"]?.string ?? ""
                    let answer = try await target.admin.send(
                        "GET",
                        "core/applications/\(slug)/check_access/?for_user=\(pk)"
                    )
                    #expect(application["mayOpen"] == answer["passing"], "\(slug)")
                }
                let asked = target.sandbox.requests.filter { $0.path.contains("/check_access/") }
                #expect(asked.count == 2 * 6)
            }
            let text = try await target.run("access", "--user", "bob")
            #expect(table(text.output).first?.hasPrefix("  Application  Name   'bob'  Open to") == true)
            #expect(text.output.contains("  open         open   yes    everybody\n"))
            #expect(text.output.contains("  shut         shut   no     nobody\n"))
            #expect(text.output.contains(" 'bob' may open 3.\n"), "\(text.output)")
        }
    }

    @Test func `a group narrows it to what it is let into`() async throws {
        try await withAccess { target in
            let result = try await target.run("access", "--group", "family")
            #expect(result.status == 0)
            let slugs = table(result.output).dropFirst().compactMap { $0.dropFirst(2).split(separator: " ").first }
            #expect(
                slugs.filter { ["both", "mixed", "not", "off", "open", "shut"].contains($0) } == [
                    "both", "off", "open",
                ]
            )
            #expect(
                result.output.contains(
                    "Only applications that the group 'family' may open, and those open to everybody.\n"
                )
            )
            let both = try await target.run("access", "--group", "admins", "--user", "bob")
            #expect(both.output.contains("\n  mixed        mixed  yes    group 'admins'\n"))
            #expect(both.output.hasSuffix("3 applications: 1 restricted, 2 open to everybody. 'bob' may open 3.\n"))
        }
    }

    @Test func `whose a binding is, is told by the mark`() async throws {
        try await withAccess { target in
            try await withFile("services.yaml") { path in
                let file = """
                    apiVersion: reconcile/v1
                    owner: homelab
                    services:
                      - {slug: docs, name: Docs, launchURL: "https://d.example.net", access: {groups: [family]}}
                      - {slug: open, launchURL: "https://o.example.net", access: everyone}

                    """
                try Data(file.utf8).write(to: URL(filePath: path))
                #expect(try await target.run("--once", "--config", path).status == 0)
                let docs = try await target.admin.application("docs")["pk"] ?? .null
                let admins = try await target.admin.list("core/groups/?name=admins").first?["pk"] ?? .null
                try await target.admin.send(
                    "POST",
                    "policies/bindings/",
                    ["target": docs, "group": admins, "order": 9]
                )
                let result = try await target.run("access")
                #expect(result.output.contains("\n  Application  Name   Open to "))
                let lines = table(result.output)
                let index = try #require(lines.firstIndex { $0.hasPrefix("  docs ") })
                #expect(lines[index].split(separator: " ").suffix(3) == ["group", "'family'", "homelab"])
                #expect(lines[index + 1].split(separator: " ") == ["or", "group", "'admins'"])
                let json = try await target.run("access", "--output", "json")
                let list = try JSONValue(parsing: Array(json.output.utf8))
                #expect(try schemaMistakes(list, "access") == [])
                let application = list["applications"]?.array?.first { $0["slug"] == "docs" }
                #expect(application?["owner"] == "homelab")
                #expect(application?["bindings"]?.array?.map { $0["owner"] } == ["homelab", nil])
                let open = list["applications"]?.array?.first { $0["slug"] == "open" }
                #expect(open?["openTo"] == "everybody" && open?["bindings"] == [])
            }
        }
    }

    @Test(arguments: [Sandbox.Release.may2026, .august2026])
    func `an installation that closes by default is said to do so`(_ release: Sandbox.Release) async throws {
        try await withAccess(release, { $0.opensWithoutBindings = false }) { target in
            let result = try await target.run("access", "--user", "bob")
            #expect(result.output.contains("\n  open         open   no     nobody\n"), "\(result.output)")
            #expect(result.output.hasSuffix("\nThis installation lets nobody open an application without a binding.\n"))
            let json = try await target.run("access", "--output", "json")
            let list = try JSONValue(parsing: Array(json.output.utf8))
            #expect(list["isOpenWithoutBinding"] == false)
            #expect(try schemaMistakes(list, "access") == [])
        }
    }

    @Test func `who is not there, or may not see it, is told so`() async throws {
        try await withAccess { target in
            for (arguments, message) in [
                (["--user", "bop"], "error: there is no user 'bop'; --user expects a username\n"),
                (["--group", "famliy"], "error: there is no group 'famliy'; did you mean 'family'?\n"),
            ] {
                let result = try await Command(["access"] + arguments, environment: target.environment).run()
                #expect(result.status == 64)
                #expect(result.output == "" && result.errors == message, "\(result.errors)")
            }
            let limited = try await target.admin.makeServiceAccount("limited", permissions: Admin.passPermissions)
            let refused = try await target.run("access", "--user", "bob", changing: ["AUTHENTIK_TOKEN": limited])
            #expect(refused.status == 77 && refused.output == "")
            #expect(refused.errors.contains("Authentik shows the account 'limited' only the applications that it may"))
            let wrong = try await target.run("access", changing: ["AUTHENTIK_TOKEN": "wrong"])
            #expect(wrong.status == 77 && wrong.output == "")
            let nobody = try await target.run(
                "access",
                "--timeout-seconds",
                "1",
                changing: ["AUTHENTIK_URL": "http://127.0.0.1:1"]
            )
            #expect(nobody.status == 69)
            let help = try await target.run("access", "--help")
            #expect(help.status == 0 && help.output.contains("reconcile access --group admins"))
        }
    }

    @Test func `colours are for a terminal, and names write nothing to it`() async throws {
        try await withAccess(.august2026, { $0.bind("open", to: .init(.group("a\u{1B}[31m\nb"))) }) { target in
            let plain = try await target.run("access")
            #expect(!plain.output.contains("\u{1B}"))
            #expect(plain.output.contains("group 'a\\u{1b}[31m\\u{a}b'"), "\(plain.output)")
            let colored = try await target.run("access", "--color", "always")
            #expect(colored.output.contains("\u{1B}[33meverybody\u{1B}[0m"), "\(colored.output)")
        }
    }

    @Test func `a server without applications is no trouble`() async throws {
        try await withTarget { target in
            let result = try await target.run("access")
            #expect(result.status == 0)
            #expect(result.output.hasSuffix("\n\nNo applications found.\n"))
        }
    }
}
