import Testing

@testable import AuthentikAPI
@testable import CurlTransport

@Suite("RetryPolicy")
struct RetryPolicyTests {
    private static func unreachable(_ kind: TransportError.Kind) -> AuthentikError {
        let transport = TransportError(
            kind: kind,
            curlCode: 1,
            message: "m",
            request: "GET x",
            mayHaveReachedServer: false
        )
        return AuthentikError(kind: .unreachable, message: "m", request: "GET x", transport: transport)
    }

    private static func answered(_ kind: AuthentikError.Kind, _ status: Int) -> AuthentikError {
        AuthentikError(kind: kind, status: status, message: "m", request: "GET x")
    }

    /// Attempts; nil for as many as the deadline allows.
    static let table: [(String, AuthentikError, Int?)] = [
        ("nobody answers", unreachable(.unreachable), 5),
        ("no such host", unreachable(.unknownHost), 5),
        ("timed out", unreachable(.timedOut), 3),
        ("interrupted", unreachable(.interrupted), 3),
        ("TLS", unreachable(.tls), 1),
        ("too large", unreachable(.responseTooLarge), 1),
        ("invalid request", unreachable(.invalidRequest), 1),
        ("502", answered(.unavailable, 502), nil),
        ("503", answered(.unavailable, 503), nil),
        ("504", answered(.unavailable, 504), nil),
        ("429", answered(.throttled, 429), nil),
        ("500", answered(.serverError, 500), 3),
        ("405 of a failed write", answered(.serverError, 405), 1),
        ("HTML", answered(.notAuthentik, 404), 1),
        ("wrong token", answered(.invalidToken, 403), 1),
        ("no permission", answered(.permissionDenied, 403), 1),
        ("not found", answered(.notFound, 404), 1),
        ("refused", answered(.rejected, 400), 1),
        ("undecodable", answered(.undecodable, 200), 1),
        ("unstable list", answered(.unstableList, 200), 1),
    ]

    @Test("Allows the attempts of its table", arguments: table.indices)
    func attempts(row: Int) {
        let (name, error, attempts) = Self.table[row]
        let policy = RetryPolicy()
        let allowed = (1...1000).prefix { policy.delay(after: error, attempt: $0, jitter: 0.5) != nil }.count + 1
        #expect(allowed == attempts ?? 1001, "\(name)")
    }

    @Test("Waits exponentially, between half and all of it, up to the longest wait")
    func delays() {
        let policy = RetryPolicy()
        let error = Self.answered(.unavailable, 503)
        let ceilings: [(Int, Duration)] = [
            (1, .milliseconds(500)), (2, .seconds(1)), (3, .seconds(2)), (5, .seconds(8)), (6, .seconds(15)),
            (7, .seconds(15)), (1_000_000, .seconds(15)),
        ]
        for (attempt, ceiling) in ceilings {
            #expect(policy.delay(after: error, attempt: attempt, jitter: 0) == ceiling / 2)
            #expect(policy.delay(after: error, attempt: attempt, jitter: 1) == ceiling)
        }
    }

    @Test("Waits at least as long as Authentik asks for, also longer than the longest wait")
    func retryAfter() {
        var error = Self.answered(.unavailable, 503)
        error.retryAfter = .seconds(60)
        #expect(RetryPolicy().delay(after: error, attempt: 1, jitter: 0) == .seconds(60))
        error.retryAfter = .zero
        #expect(RetryPolicy().delay(after: error, attempt: 1, jitter: 0) == .milliseconds(250))
    }
}
