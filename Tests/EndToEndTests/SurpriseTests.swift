import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// What a plan must not keep to itself.
@Suite struct SurpriseTests {
    private static let wiki = """
        apiVersion: reconcile/v1
        owner: homelab
        services:
          - {slug: wiki, redirectURIs: ["https://wiki.example.org/cb"], secretRef: {env: WIKI_SECRET}}
        """
    private static let secret = "wiki-s3cr3t-of-this-test"

    /// The same file, converged; then somebody changes something.
    private func withWiki(_ body: @escaping @Sendable (Target, _ config: String) async throws -> Void) async throws {
        try await withTarget { target in
            let file = FileManager.default.temporaryDirectory.appending(path: "wiki-\(UUID().uuidString).yaml")
            try Data(Self.wiki.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let made = try await run(target, "--once", config: file.path)
            #expect(made.status == 0, "\(made.output)\(made.errors)")
            target.sandbox.resetRequests()
            try await body(target, file.path)
        }
    }

    private func run(_ target: Target, _ arguments: String..., config: String) async throws -> Command.Result {
        try await Command(
            arguments + ["--config", config],
            environment: target.environment.merging(["WIKI_SECRET": Self.secret]) { $1 }
        ).run()
    }

    @Test func aSwappedScopeMappingIsShown() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (state, config) = (folder.appending(path: "state.json"), folder.appending(path: "wiki.yaml"))
        try Data(Self.wiki.utf8).write(to: config)
        let first = try SandboxProcess(token: token, ["--state", state.path])
        #expect(try await run(first, "--once", config: config.path).status == 0)
        #expect(try await first.stop() == 0)
        try swapEmail(in: state)

        let second = try SandboxProcess(token: token, ["--load", state.path])
        let text = try await run(second, "plan", config: config.path)
        #expect(text.status == 2)
        #expect(text.output.contains("- email (Own email)\n"))
        #expect(text.output.contains("+ email (authentik default OAuth Mapping: OpenID 'email')\n"))
        #expect(text.output.contains("note: the scope 'email' may carry other claims after this change"))
        #expect(text.output.contains("email_verified: false"))
        let markdown = try await run(second, "plan", "--output", "markdown", config: config.path)
        #expect(markdown.output.contains("- scopes  email (Own email)\n"))
        #expect(markdown.output.contains("+ scopes  email (authentik default"))
        let json = try JSONValue(
            parsing: Array(try await run(second, "plan", "--output", "json", config: config.path).output.utf8)
        )
        #expect(try schemaMistakes(json, "plan") == [])
        let change = json["services"]?.array?.first?["changes"]?.array?.first
        #expect(change?["before"]?.array?.contains("email (Own email)") == true)
        #expect(change?["after"]?.array?.contains("email (Own email)") == false)
        #expect(try await second.stop() == 0)
    }

    /// Gives the provider in a sandbox's state a mapping of its own in the place of the built-in `email`.
    private func swapEmail(in state: URL) throws {
        var members = try #require(try JSONValue(parsing: Array(try Data(contentsOf: state))).object)
        let mappings = try #require(members["scopeMappings"]?.array)
        var own = try #require(mappings.first { $0["scopeName"] == "email" }?.object)
        let builtIn = own["pk"]
        own["name"] = "Own email"
        own["managed"] = ""
        own["pk"] = .string(UUID().uuidString)
        members["scopeMappings"] = .array(mappings + [.object(own)])
        let providers = try #require(members["providers"]?.array)
        members["providers"] = .array(
            providers.map { provider in
                var fields = provider.object ?? [:]
                fields["propertyMappings"] = .array(
                    (fields["propertyMappings"]?.array ?? []).map { $0 == builtIn ? own["pk"] ?? .null : $0 }
                )
                return .object(fields)
            }
        )
        try Data(JSONValue.object(members).serialized()).write(to: state)
    }

    private func run(_ sandbox: SandboxProcess, _ arguments: String..., config: String) async throws -> Command.Result {
        try await Command(
            arguments + ["--config", config],
            environment: [
                "AUTHENTIK_URL": try await sandbox.baseURL(), "AUTHENTIK_TOKEN": token, "WIKI_SECRET": Self.secret,
            ]
        ).run()
    }

    @Test func theAlgorithmIsShown() async throws {
        try await withWiki { target, config in
            try await target.admin.changeProvider("wiki", ["signing_key": nil])
            let text = try await run(target, "plan", config: config)
            #expect(text.output.contains("(none, HS256) → authentik Self-signed Certificate (RS256)"))
            #expect(text.output.contains("note: its tokens will be signed with RS256 instead of HS256"))
            let json = try JSONValue(
                parsing: Array(try await run(target, "plan", "--output", "json", config: config).output.utf8)
            )
            #expect(try schemaMistakes(json, "plan") == [])
            let change = json["services"]?.array?.first?["changes"]?.array?.first
            #expect(change?["before"] == [])
            #expect(change?["after"] == ["authentik Self-signed Certificate"])
            #expect(change?["algorithm"] == ["before": "HS256", "after": "RS256"])
        }
    }

    @Test func theFirstRedirectURIOfATileIsShown() async throws {
        try await withWiki { target, config in
            let file = Self.wiki.replacingOccurrences(of: "/cb\"]", with: "/cb\", \"http://localhost:3000/cb\"]")
            try Data(file.utf8).write(to: URL(filePath: config))
            #expect(try await run(target, "--once", config: config).status == 0)
            let uris = try await target.admin.provider("wiki")["redirect_uris"]?.array ?? []
            try await target.admin.changeProvider("wiki", ["redirect_uris": .array(uris.reversed())])
            let text = try await run(target, "plan", config: config)
            #expect(text.status == 2)
            #expect(text.output.contains("- http://localhost:3000/cb (first)\n"))
            #expect(text.output.contains("+ https://wiki.example.org/cb (first)\n"))
            #expect(text.output.contains("note: it has no launch URL"))
            #expect(try await run(target, "--once", config: config).status == 0)
            #expect(try await target.admin.provider("wiki")["redirect_uris"]?.array == uris)
            #expect(try await run(target, "plan", config: config).status == 0)
        }
    }

    @Test func aMarkThatCannotBeReadIsLeftAlone() async throws {
        try await withWiki { target, config in
            let mark = try await target.admin.list("core/application_entitlements/").first
            let path = "core/application_entitlements/\(mark?["pbm_uuid"]?.string ?? "")/"
            try await target.admin.send(
                "PATCH",
                path,
                ["attributes": ["owner": "office", "version": [], "slug": "wiki"]]
            )
            try await target.admin.changeApplication("wiki", ["name": "Theirs"])
            target.sandbox.resetRequests()
            let once = try await run(target, "--once", config: config)
            #expect(once.status == 1)
            #expect(
                once.output.contains(
                    #"its ownership mark cannot be read, so its owner is unknown: {"owner":"office""#
                )
            )
            let release = try await run(target, "release", config: config)
            #expect(release.status == 0)
            try await target.admin.send("PATCH", path, ["attributes": ["version": []]])
            let unclear = try await run(target, "release", config: config)
            #expect(unclear.status == 1)
            #expect(unclear.output.contains("cannot be read"))
            #expect(try await run(target, "release", "--dry-run", config: config).status == 1)
            #expect(target.writes.filter { !$0.contains(path) } == [])
            #expect(try await target.admin.list("core/application_entitlements/").count == 1)
        }
    }

    @Test func aProviderThatIsLeftOfAnAbsentServiceIsSaid() async throws {
        try await withWiki { target, config in
            try await target.admin.deleteApplication("wiki")
            let absent = Self.wiki.replacingOccurrences(of: "{slug: wiki,", with: "{slug: wiki, state: absent,")
            try Data(absent.utf8).write(to: URL(filePath: config))
            target.sandbox.resetRequests()
            let once = try await run(target, "--once", config: config)
            #expect(once.status == 1)
            #expect(once.output.contains("its application no longer exists"))
            #expect(once.output.contains("the provider 'wiki' (pk "))
            #expect(target.writes == [])
            try await target.admin.deleteProvider("wiki")
            #expect(try await run(target, "--once", config: config).status == 0)
        }
    }
}
