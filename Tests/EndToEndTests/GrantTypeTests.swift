import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// The grant type that is new in 2026.8.
@Suite(.timeLimit(.minutes(60))) struct GrantTypeTests {
    private static let exchange = "urn:ietf:params:oauth:grant-type:token-exchange"

    @Test(arguments: Sandbox.Release.allCases)
    func `tokens are exchanged where the release does that`(_ release: Sandbox.Release) async throws {
        try await withTarget(release) { target in
            let field = "grantTypes: [authorization_code, \"\(Self.exchange)\"]"
            try await withServices(services(grafana(field))) { path in
                let once = try await target.run("--once", "--config", path)
                #expect(once.status == 0, "\(once.output)")
                let held = try await target.admin.provider("grafana")["grant_types"]?.array?.compactMap(\.string)
                let word = "'\(Self.exchange)' in grantTypes is not managed"
                if release >= .august2026 {
                    #expect(held == ["authorization_code", Self.exchange])
                    #expect(!once.output.contains("not managed"))
                } else if release >= .may2026 {
                    #expect(held == ["authorization_code"])
                    #expect(once.output.contains(word))
                } else {
                    #expect(held == nil)
                    #expect(once.output.contains("grantTypes is not managed"))
                }
                let calm = try await target.run("--once", "--config", path)
                #expect(calm.status == 0 && calm.output.contains("1 service: 1 in sync"))
            }
        }
    }
}
