import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// Fields whose meaning is more than their text, by the built binary on every release.
@Suite(.timeLimit(.minutes(60))) struct FieldTests {
    private func names(_ target: Target) async throws -> [String] {
        try await target.admin.provider("wiki")["redirect_uris"]?.array?.compactMap { $0["url"]?.string } ?? []
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `equal durations, and the order of all redirect URIs but the first, are no difference`(
        _ release: Sandbox.Release
    ) async throws {
        let urls = ["https://a.example.org/cb", "https://b.example.org/cb", "https://c.example.org/cb"]
        let service = """
            - slug: wiki
              redirectURIs: [\(urls.joined(separator: ", "))]
              secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}
              accessTokenValidity: hours=1.5
            """
        @Sendable func entries(_ order: [Int]) -> JSONValue {
            .array(order.map { ["matching_mode": "strict", "url": .string(urls[$0])] })
        }
        try await withTarget(release) { target in
            try await withServices(services(service)) { path in
                #expect(try await target.run("--once", "--config", path).status == 0)
                let pk = try await target.admin.provider("wiki")["pk"]?.integer ?? 0
                let same: JSONValue = ["access_token_validity": "minutes=90", "redirect_uris": entries([0, 2, 1])]
                try await target.admin.send("PATCH", "providers/oauth2/\(pk)/", same)
                let calm = try await target.run("plan", "--config", path)
                #expect(calm.status == 0, "\(calm.output)")

                // Without a launch URL the tile leads to the first one.
                try await target.admin.send("PATCH", "providers/oauth2/\(pk)/", ["redirect_uris": entries([1, 0, 2])])
                let plan = try await target.run("plan", "--config", path)
                #expect(plan.status == 2 && plan.output.contains("- https://b.example.org/cb (first)"))
                #expect(plan.output.contains("its tile opens the first redirect URI"))
                #expect(try await target.run("--once", "--config", path).status == 0)
                #expect(try await names(target) == urls)
                #expect(try await target.run("plan", "--config", path).status == 0)
            }
            let withURL = service + "\n  launchURL: https://wiki.example.org"
            try await withServices(services(withURL)) { path in
                #expect(try await target.run("--once", "--config", path).status == 0)
                let pk = try await target.admin.provider("wiki")["pk"]?.integer ?? 0
                try await target.admin.send("PATCH", "providers/oauth2/\(pk)/", ["redirect_uris": entries([1, 0, 2])])
                #expect(try await target.run("plan", "--config", path).status == 0)
            }
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `logout redirect URIs made by hand are kept until the file lists its own`(
        _ release: Sandbox.Release
    ) async throws {
        try await withTarget(release) { target in
            func hold(_ fields: String..., saying words: String? = nil) async throws -> [String] {
                let lines = (["redirectURIs: [https://a.example.org/cb]"] + fields).map { "\n  \($0)" }.joined()
                let service = "- slug: wiki\n  port: 8447\n  secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}\(lines)"
                try await withServices(services(service)) { path in
                    let once = try await target.run("--once", "--config", path)
                    #expect(once.status == 0, "\(once.output)")
                    if let words { #expect(once.output.contains(words), "\(once.output)") }
                }
                return try await names(target)
            }
            let login = "https://a.example.org/cb"
            guard release >= .may2026 else {
                let note = "logoutRedirectURIs is not managed: Authentik \(release.version) does not support it"
                #expect(try await hold("logoutRedirectURIs: [https://a.example.org/bye]", saying: note) == [login])
                return
            }
            #expect(try await hold() == [login])
            let pk = try await target.admin.provider("wiki")["pk"]?.integer ?? 0
            let byHand: JSONValue = [
                ["matching_mode": "strict", "url": .string(login)],
                ["matching_mode": "strict", "url": "https://hand.example.org/bye", "redirect_uri_type": "logout"],
            ]
            try await target.admin.send("PATCH", "providers/oauth2/\(pk)/", ["redirect_uris": byHand])
            let more = "https://sso.example.net:8447/more"
            #expect(Set(try await hold("redirectPath: /more")) == [login, more, "https://hand.example.org/bye"])
            let own = "https://a.example.org/bye"
            #expect(Set(try await hold("logoutRedirectURIs: [\(own)]")) == [login, own])
            #expect(try await hold("logoutRedirectURIs: []") == [login])
        }
    }
}
