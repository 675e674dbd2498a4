import CurlTransport
import JSON
import Testing

/// The replay would notice a difference.
struct ComparisonTests {
    private func differences(_ body: JSONValue, status: Int = 404) throws -> [String] {
        let exchange = try Recording(.secrets).exchanges[4]
        var comparison = Comparison()
        return comparison.differences(
            exchange,
            Client.Answer(status: status, headers: ["content-type": "application/json"], body: body.serialized())
        )
    }

    @Test func `equal and unequal answers`() throws {
        let body = try Recording(.secrets).exchanges[4].body
        #expect(try differences(body) == [])
        #expect(try differences(body, status: 200) == ["status 200, not 404"])
        #expect(try differences([:]).count == body.object?.count)
    }

    @Test func `versions must stand for one another`() throws {
        let exchange = try Recording(.workloads).exchanges[8]
        let other = try Recording(.workloads).exchanges[9]
        var comparison = Comparison()
        let answer = Client.Answer(
            status: 201,
            headers: ["content-type": "application/json"],
            body: exchange.body.serialized()
        )
        _ = comparison.differences(exchange, answer)
        #expect(
            comparison.differences(other, answer).contains { $0.contains("resourceVersion") || $0.contains("status") }
        )
    }
}
