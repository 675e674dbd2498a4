import AuthentikSandbox
import JSON
import Testing

/// Replays what was recorded from a live Authentik 2025.12.4 against the sandbox.
@Suite struct ConformanceTests {
    private static let scenarios = [
        "seed-bootstrap", "preflight", "transactional", "application-writes", "provider-writes", "entitlements",
        "pagination",
    ]

    /// What the sandbox knowingly does not do, and why.
    private static let outOfScope: [(path: String, reason: String)] = [
        ("/application/o/grafana/jwks/", "needs a signing key, which the sandbox does not have yet")
    ]

    private struct Result {
        let scenario: String
        var equal = 0
        var different = 0
        var leftOut = 0
        var line: String {
            let counts = [equal + different + leftOut, equal, different, leftOut].map { String($0).padded(to: -11) }
            return scenario.padded(to: 20) + counts.joined()
        }
    }

    @Test func `the sandbox answers as the recorded server did`() async throws {
        var results: [Result] = []
        for scenario in Self.scenarios {
            results.append(
                try await withSandbox { _, baseURL in
                    try await Self.replay(try Recording(scenario), at: baseURL)
                }
            )
        }
        var total = Result(scenario: "all")
        for result in results {
            total.equal += result.equal
            total.different += result.different
            total.leftOut += result.leftOut
        }
        let header = ["exchanges", "equal", "different", "left out"].map { $0.padded(to: -11) }
        print("scenario".padded(to: 20) + header.joined())
        for result in results + [total] { print(result.line) }
        #expect(total.different == 0)
    }

    private static func replay(_ recording: Recording, at baseURL: String) async throws -> Result {
        let client = HTTPClient(baseURL)
        var comparison = Comparison(origin: baseURL)
        try await introduce(client, &comparison)
        if recording.scenario == "pagination" { try await makePages(client) }
        var result = Result(scenario: recording.scenario)
        for (index, exchange) in recording.exchanges.enumerated() {
            if outOfScope.contains(where: { $0.path == exchange.path }) {
                result.leftOut += 1
                continue
            }
            let answer = try await send(exchange, client, comparison.correspondence)
            let differences = comparison.differences(exchange, answer)
            if differences.isEmpty {
                result.equal += 1
            } else {
                result.different += 1
                let lines = differences.map { "\n    \($0)" }.joined()
                Issue.record("\(recording.scenario)[\(index)] \(exchange.name)\(lines)")
            }
        }
        return result
    }

    private static func send(
        _ exchange: Recording.Exchange,
        _ client: HTTPClient,
        _ correspondence: Correspondence
    ) async throws -> HTTPClient.Answer {
        let token: String? =
            switch exchange.account {
            case "superuser": client.token
            case "invalid": "not-the-token"
            default: nil
            }
        return try await client.send(
            exchange.method,
            correspondence.path(exchange.path),
            exchange.json.map { correspondence.body($0) },
            raw: exchange.raw,
            contentType: exchange.contentType,
            token: .some(token)
        )
    }

    /// Learns what stands for the flows, keys and scope mappings, which every scenario takes for known.
    private static func introduce(_ client: HTTPClient, _ comparison: inout Comparison) async throws {
        let lists = [
            "/api/v3/flows/instances/?page_size=100", "/api/v3/crypto/certificatekeypairs/?has_key=true&page_size=100",
            "/api/v3/propertymappings/provider/scope/?page_size=100",
        ]
        let preflight = try Recording("preflight").exchanges.filter { lists.contains($0.path) }
        try #require(preflight.count == lists.count)
        for exchange in preflight {
            let answer = try await send(exchange, client, comparison.correspondence)
            #expect(comparison.differences(exchange, answer) == [])
        }
    }

    /// What `pagination` found there: 125 providers, each linked to an application.
    private static func makePages(_ client: HTTPClient) async throws {
        let flows = try await client.send("GET", "/api/v3/flows/instances/").json?["results"]?.array ?? []
        let flow = try #require(flows.first?["pk"])
        for number in 0..<125 {
            let digits = String(String(1000 + number).dropFirst())
            let provider = try await client.send(
                "POST",
                "/api/v3/providers/oauth2/",
                [
                    "name": .string("pg\(digits)"), "authorization_flow": flow, "invalidation_flow": flow,
                    "redirect_uris": [],
                ]
            )
            let application = try await client.send(
                "POST",
                "/api/v3/core/applications/",
                [
                    "name": .string("PG \(digits)"), "slug": .string("pg\(digits)"),
                    "provider": try #require(provider.json?["pk"]),
                ]
            )
            #expect(application.status == 201)
        }
    }
}

extension String {
    /// Filled up with spaces: behind it, or before it if the width is negative.
    fileprivate func padded(to width: Int) -> String {
        let fill = String(repeating: " ", count: max(0, abs(width) - count))
        return width < 0 ? fill + self : self + fill
    }
}
