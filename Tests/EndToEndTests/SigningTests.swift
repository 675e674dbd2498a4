import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// What tokens are signed with is said where it matters, in every form.
@Suite(.timeLimit(.minutes(60))) struct SigningTests {
    private static let note =
        "its tokens will be signed with RS256 instead of HS256; the service must accept that"

    @Test(arguments: Sandbox.Release.allCases)
    func `adopting a provider without a key changes how tokens are signed`(_ release: Sandbox.Release) async throws {
        try await withTarget(release) { target in
            let provider = try await target.admin.makeProvider("grafana")["pk"] ?? .null
            try await target.admin.send(
                "POST",
                "core/applications/",
                ["name": "Grafana", "slug": "grafana", "provider": provider]
            )
            try await withServices(services(grafana())) { path in
                let text = try await target.run("plan", "--config", path)
                #expect(text.output.contains("note: \(Self.note)"))
                #expect(
                    text.output.firstMatch(
                        of: #/signingKey +\(none, HS256\) +→ authentik Self-signed Certificate \(RS256\)/#
                    ) != nil
                )
                let markdown = try await target.run("plan", "--config", path, "--output", "markdown")
                #expect(markdown.output.contains("# note: \(Self.note)"))
                let json = try await target.run("plan", "--config", path, "--output", "json")
                try expectAlgorithms(json, before: "HS256", after: "RS256")
                let once = try await target.run("--once", "--config", path, "--output", "json")
                try expectAlgorithms(once, before: "HS256", after: "RS256")
                let calm = try await target.run("plan", "--config", path)
                #expect(calm.status == 0 && !calm.output.contains("RS256"))
            }
        }
    }

    @Test func `a new one says what its tokens are signed with`() async throws {
        try await withTarget(.august2026) { target in
            try await withServices(services(grafana())) { path in
                let text = try await target.run("plan", "--config", path)
                #expect(text.output.contains("authentik Self-signed Certificate (RS256)"))
                try expectAlgorithms(
                    try await target.run("plan", "--config", path, "--output", "json"),
                    before: nil,
                    after: "RS256"
                )
            }
            try await withServices(services(grafana("signingKey: none"))) { path in
                let text = try await target.run("plan", "--config", path)
                #expect(text.output.contains("(none, HS256)"))
            }
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `an EC key says what tokens will be signed with`(_ release: Sandbox.Release) async throws {
        try await withTarget(release) { target in
            let key: JSONValue = [
                "common_name": "Curve", "subject_alt_name": "x", "validity_days": 30, "alg": "ecdsa",
            ]
            try await target.admin.send("POST", "crypto/certificatekeypairs/generate/", key)
            try await withServices(services(grafana("signingKey: Curve"))) { path in
                let plan = try await target.run("plan", "--config", path)
                #expect(plan.output.firstMatch(of: #/signingKey +Curve \(ES256\)/#) != nil, "\(plan.output)")
                #expect(try await target.run("--once", "--config", path).status == 0)
            }
            try await withServices(services(grafana("signingKey: none"))) { path in
                let plan = try await target.run("plan", "--config", path)
                #expect(plan.output.contains("its tokens will be signed with HS256 instead of ES256"))
            }
        }
    }

    private func expectAlgorithms(_ result: Command.Result, before: String?, after: String) throws {
        let document = try JSONValue(parsing: result.output.utf8)
        let changes = document["services"]?.array?.first?["changes"]?.array ?? []
        let key = try #require(changes.first { $0["field"] == "signing_key" })
        #expect(key["algorithm"]?["before"]?.string == before)
        #expect(key["algorithm"]?["after"]?.string == after)
    }
}
