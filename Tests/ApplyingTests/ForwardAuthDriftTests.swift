import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// Each field of `forwardAuth`, in each mode that has it, changed by somebody: one PATCH corrects it, which Authentik would
/// refuse without the mode and what that requires.
@Suite(.timeLimit(.minutes(60))) struct ForwardAuthDriftTests {
    struct Login: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// As a file has it.
        var forwardAuth: String
        /// Authentik's attributes, and what somebody makes of them.
        var drifts: [(field: String, value: JSONValue)]

        private static let everyMode: [(field: String, value: JSONValue)] = [
            ("name", "renamed by hand"), ("external_host", "https://by-hand.example.net"),
            ("skip_path_regex", "^/by-hand$"), ("intercept_header_auth", true),
        ]
        private static let basicAuth: [(field: String, value: JSONValue)] = [
            ("basic_auth_enabled", false), ("basic_auth_user_attribute", "by-hand"),
            ("basic_auth_password_attribute", "by-hand"),
        ]

        static let all = [
            Login(
                testDescription: "single",
                forwardAuth: "skipPaths: ['^/health$'], interceptAuthorization: false, accessTokenValidity: hours=8, "
                    + "scopes: [offline_access], basicAuth: {user: u, password: p}, "
                    + "authorizationFlow: default-provider-authorization-explicit-consent, "
                    + "invalidationFlow: default-invalidation-flow, authenticationFlow: default-authentication-flow",
                drifts: everyMode + basicAuth + [
                    ("mode", "forward_domain"), ("access_token_validity", "minutes=3"), ("property_mappings", []),
                    ("authentication_flow", nil),
                ]
            ),
            Login(
                testDescription: "domain",
                forwardAuth: "mode: domain, cookieDomain: example.net, skipPaths: [], "
                    + "interceptAuthorization: false",
                drifts: everyMode + [("mode", "forward_single"), ("cookie_domain", "by-hand.example.net")]
            ),
            Login(
                testDescription: "proxy",
                forwardAuth: "mode: proxy, upstream: 'https://wiki:8080', verifyUpstreamTLS: false, "
                    + "skipPaths: ['^/health$'], interceptAuthorization: false, basicAuth: {user: u, password: p}",
                drifts: everyMode + basicAuth + [
                    ("mode", "forward_single"), ("internal_host", "http://by-hand"),
                    ("internal_host_ssl_validation", true),
                ]
            ),
        ]

        func desired() throws -> DesiredState {
            let text = """
                apiVersion: reconcile/v1
                owner: homelab
                services: [{slug: wiki, name: Wiki, host: wiki.example.net, forwardAuth: {\(forwardAuth)}}]
                """
            let result = DesiredStateLoader.load(sources: [.init(path: "services.yaml", bytes: Array(text.utf8))])
            return try #require(result.state, "\(result.diagnostics)")
        }
    }

    @Test(arguments: Login.all, Sandbox.Release.allCases)
    func `one write corrects what somebody changed`(_ login: Login, _ release: Sandbox.Release) async throws {
        try await withHomelab(isConverged: false, release) { homelab in
            let desired = try login.desired()
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            let declared = try await provider(homelab)
            let path = "providers/proxy/\(declared["pk"]?.integer ?? 0)/"

            func expectCorrected(_ fields: [(field: String, value: JSONValue)]) async throws {
                // What Authentik requires of each request.
                var body = ["mode", "internal_host"].reduce(into: [:]) { $0[$1] = declared[$1] }
                if fields.contains(where: { $0.field.hasPrefix("basic_auth") }) {
                    for (field, _) in Self.basicAuth { body[field] = declared[field] }
                }
                for (field, value) in fields { body[field] = value }
                try await homelab.admin.send("PATCH", path, .object(body))
                homelab.sandbox.resetRequests()
                let report = try await homelab.makePass(of: desired).run()
                let changed = report.outcomes.first?.plan.changes.map(\.field).sorted()
                #expect(changed == fields.map(\.field).sorted())
                #expect(report.isConverged, "\(fields): \(report.outcomes.compactMap(\.failure))")
                #expect(homelab.writes == ["PATCH /api/v3/\(path)"])
                #expect(try await provider(homelab) == declared)
            }
            for drift in login.drifts { try await expectCorrected([drift]) }
            try await expectCorrected(login.drifts)

            let outpost = try #require(try await homelab.admin.list("outposts/instances/").first)
            let membership = "outposts/instances/\(outpost["pk"]?.string ?? "")/"
            try await homelab.admin.send("PATCH", membership, ["providers": []])
            homelab.sandbox.resetRequests()
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            #expect(homelab.writes == ["PATCH /api/v3/\(membership)"])
        }
    }

    private static let basicAuth = Login.all[0].drifts.filter { $0.field.hasPrefix("basic_auth") }

    private func provider(_ homelab: Homelab) async throws -> JSONValue {
        var provider = try #require(try await homelab.admin.list("providers/proxy/").first?.object)
        let scopes = provider["property_mappings"]?.array?.compactMap(\.string) ?? []
        provider["property_mappings"] = .array(scopes.sorted().map(JSONValue.string))
        return .object(provider)
    }
}
