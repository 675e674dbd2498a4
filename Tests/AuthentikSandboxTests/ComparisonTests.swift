import Foundation
import JSON
import Testing

/// A comparison that finds nothing proves something only if it can find something.
@Suite(.timeLimit(.minutes(60))) struct ComparisonTests {
    private static let first = "11111111-1111-1111-1111-111111111111"
    private static let second = "22222222-2222-2222-2222-222222222222"

    private func differences(_ bodies: [(recorded: JSONValue, sandbox: JSONValue)]) throws -> [String] {
        var comparison = Comparison(origin: "http://127.0.0.1:1")
        return try bodies.flatMap { bodies in
            let exchange = try Recording.Exchange([
                "request": ["method": "GET", "path": "/"],
                "response": ["status": 200, "headers": [:], "json": bodies.recorded],
            ])
            let answer = HTTPClient.Answer(status: 200, headers: [:], body: bodies.sandbox.serialized())
            return comparison.differences(exchange, answer)
        }
    }

    @Test(
        arguments: [
            (["a": 1], ["a": 2]),
            (["a": "x"], ["a": "y"]),
            (["a": .null], [:]),
            ([:], ["a": .null]),
            (["a": [1, 2]], ["a": [2, 1]]),
            (["a": [1]], ["a": [1, 1]]),
            (["pk": .string(Self.first)], ["pk": "x"]),
            (["a": [.string(Self.first), .string(Self.first)]], ["a": [.string(Self.first), .string(Self.second)]]),
            (["client_id": "short"], ["client_id": "other"]),
            (
                ["results": "__2 rows, first 'a', last 'b'__"],
                ["results": [["name": "a"], ["name": "x"], ["name": "b"]]]
            ),
        ] as [(JSONValue, JSONValue)]
    )
    func `a difference is found`(recorded: JSONValue, sandbox: JSONValue) throws {
        #expect(try !differences([(recorded, sandbox)]).isEmpty)
    }

    @Test func `a value keeps what it stands for`() throws {
        let learned: (JSONValue, JSONValue) = (["pk": .string(Self.first)], ["pk": .string(Self.second)])
        #expect(try differences([learned, learned]).isEmpty)
        #expect(try !differences([learned, (learned.0, ["pk": .string(Self.first)])]).isEmpty)
        #expect(try !differences([learned, (["pk": .string(Self.second)], learned.1)]).isEmpty)
        #expect(try differences([(["pk": 7], ["pk": 1]), (["provider": 7], ["provider": 1])]).isEmpty)
        #expect(try !differences([(["pk": 7], ["pk": 1]), (["provider": 7], ["provider": 7])]).isEmpty)
    }
}
