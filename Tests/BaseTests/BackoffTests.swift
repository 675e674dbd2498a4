import Base
import Testing

@Suite struct BackoffTests {
    @Test(
        "The backoff grows, and does as it is told",
        arguments: [
            (1, nil, 0.0, 500), (1, nil, 1.0, 1000), (3, nil, 1.0, 4000), (6, nil, 1.0, 30_000),
            (Int.max, nil, 0.0, 15_000), (1, Duration.seconds(60), 1.0, 60_000), (6, .seconds(1), 1.0, 30_000),
        ]
    )
    func backoff(attempt: Int, retryAfter: Duration?, jitter: Double, milliseconds: Int) {
        let delay = Backoff().delay(attempt: attempt, retryAfter: retryAfter, jitter: jitter)
        #expect(delay == .milliseconds(milliseconds))
    }

    @Test func `without a limit it doubles on`() {
        let backoff = Backoff(baseDelay: .seconds(5), maximumDelay: nil)
        #expect(backoff.delay(attempt: 9, jitter: 1) == .seconds(1280))
        #expect(backoff.delay(attempt: 9, jitter: 0) == .seconds(640))
    }
}
