import JSON
import KubernetesSupport
import Testing

/// The stand-in answers as the live API server that was recorded.
@Suite(.timeLimit(.minutes(60)))
struct ReplayTests {
    @Test(arguments: Scenario.allCases)
    func `it answers as was recorded`(_ scenario: Scenario) async throws {
        let recording = try Recording(scenario)
        try await withKubernetes { standIn in
            let client = try Client(standIn)
            scenario.prepare(standIn, recording)
            var comparison = Comparison()
            for (index, exchange) in recording.exchanges.enumerated() {
                let answer = try await replay(exchange, index, scenario, standIn, client, comparison)
                let differences = comparison.differences(exchange, answer)
                #expect(differences == [], "[\(index)] \(exchange.name)")
            }
        }
    }

    private func replay(
        _ exchange: Recording.Exchange,
        _ index: Int,
        _ scenario: Scenario,
        _ standIn: KubernetesStandIn,
        _ client: Client,
        _ comparison: Comparison
    ) async throws -> Client.Answer {
        let path = comparison.translated(exchange.path)
        if exchange.isWatch {
            return try await client.watch(path) { scenario.interfere(index, standIn) }
        }
        scenario.interfere(index, standIn)
        let credentials: Client.Credentials? =
            switch exchange.account {
            case "serviceaccount": nil
            case "invalid": .token("not-the-token")
            default: Client.Credentials.none
            }
        return try await client.send(
            exchange.method,
            path,
            exchange.json.map { comparison.translated($0) },
            raw: exchange.raw,
            contentType: exchange.contentType ?? "application/json",
            as: credentials
        )
    }
}
