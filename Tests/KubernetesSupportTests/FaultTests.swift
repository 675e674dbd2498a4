import CurlTransport
import KubernetesSupport
import Testing

/// What tests can make go wrong.
@Suite(.timeLimit(.minutes(15)))
struct FaultTests {
    private static let secret = "/api/v1/namespaces/monitoring/secrets/grafana"

    private func withSecret(_ body: (KubernetesStandIn, Client) async throws -> Void) async throws {
        try await withKubernetes { standIn in
            standIn.setSecret("grafana", in: "monitoring", ["secret": "first"])
            try await body(standIn, try Client(standIn))
        }
    }

    @Test func `too many requests`() async throws {
        try await withSecret { standIn, client in
            standIn.throttle(next: 2, retryAfter: 3)
            for _ in 0..<2 {
                let answer = try await client.get(Self.secret)
                #expect(answer.status == 429)
                #expect(answer.headers["retry-after"] == "3")
            }
            #expect(try await client.get(Self.secret).status == 200)
        }
    }

    @Test func `it fails until it recovers`() async throws {
        try await withSecret { standIn, client in
            standIn.fail(next: 1, status: 503)
            let answer = try await client.get(Self.secret)
            #expect(answer.status == 503)
            #expect(try await client.get(Self.secret).status == 200)
            standIn.fail()
            #expect(try await client.get(Self.secret).status == 500)
            #expect(try await client.get(Self.secret).status == 500)
            standIn.recover()
            #expect(try await client.get(Self.secret).status == 200)
        }
    }

    @Test func `it goes away and comes back`() async throws {
        try await withSecret { standIn, client in
            #expect(try await client.get(Self.secret).status == 200)
            try await standIn.goAway()
            let error = await #expect(throws: TransportError.self) { try await client.get(Self.secret) }
            #expect(error?.kind == .unreachable)
            try await standIn.comeBack()
            #expect(try await client.get(Self.secret).status == 200)
        }
    }

    @Test func `connections go silent, and new ones do not`() async throws {
        try await withSecret { standIn, client in
            #expect(try await client.get(Self.secret).status == 200)
            standIn.silenceConnections()
            let silent = Task { try await client.get(Self.secret) }
            try await standIn.wait { !$0.swallowedRequests.isEmpty }
            #expect(standIn.swallowedRequests == ["GET \(Self.secret)"])
            #expect(standIn.requests.count == 1)
            let other = try await Client(standIn).get(Self.secret)
            #expect(other.status == 200)
            silent.cancel()
            await #expect(throws: CancellationError.self) { try await silent.value }
        }
    }

    @Test func `connections are closed after a few answers`() async throws {
        try await withSecret { standIn, client in
            standIn.rotateConnections(after: 2)
            for _ in 1...6 { _ = try await client.get(Self.secret) }
            let connections = standIn.requests.map(\.connection)
            #expect(Set(connections).count == 3)
            #expect(connections[0] == connections[1] && connections[1] != connections[2])
        }
    }

    @Test func `going away breaks watches`() async throws {
        try await withSecret { standIn, client in
            let error = await #expect(throws: TransportError.self) {
                try await client.watch("/api/v1/namespaces/monitoring/secrets?watch=true&timeoutSeconds=60") {
                    try await standIn.goAway()
                }
            }
            #expect(error?.kind == .interrupted)
        }
    }
}
