/// The limit of concurrent requests: lowered when Authentik slows down, raised again when it does not.
///
/// | signal | the limit |
/// |---|---|
/// | 429, 502, 503 or 504, or no answer in time | is halved at once |
/// | the last answers to a kind of request took several times as long as the first ones, and more than a second | is halved |
/// | a number of answers without such a signal | grows by one |
///
/// It is never below one nor above its maximum. Requests that were sent before it was halved are ignored, so that
/// several that fail together halve it once.
package struct ConcurrencyWindow: Sendable, Equatable {
    /// What the answer to a request says about the load of Authentik.
    package enum Answer: Sendable, Equatable {
        /// It was answered, whatever the answer.
        case given(after: Duration)
        /// Authentik was overloaded, or did not answer in time.
        case refused
    }

    /// The number of answers without a signal after which the limit grows.
    static let calmStretch = 16
    /// The number of first and of last answers to a kind of request that are compared.
    static let sample = 5
    /// The factor by which the last answers must be slower than the first ones.
    static let multiple = 4
    /// Faster answers are fast enough, regardless of the first ones.
    static let slow: Duration = .seconds(1)

    package let maximum: Int
    /// The current limit.
    package private(set) var limit: Int
    /// The lowest limit so far.
    package private(set) var lowest: Int
    private var calm = 0
    private var halvings = 0
    private var latencies: [String: Latencies] = [:]

    private struct Latencies: Equatable {
        var first: [Duration] = []
        var last: [Duration] = []
    }

    package init(maximum: Int) {
        self.maximum = max(1, maximum)
        limit = self.maximum
        lowest = limit
    }

    /// The number to remember when a request is sent, and to return with its answer.
    package var epoch: Int { halvings }

    /// Records an answer.
    ///
    /// - Parameters:
    ///   - kind: requests of one kind take about the same time.
    ///   - epoch: the value of ``epoch`` when the request was sent.
    package mutating func take(_ answer: Answer, kind: String, epoch: Int) {
        guard epoch == halvings else { return }
        let isSlow: Bool
        switch answer {
        case .refused: isSlow = true
        case .given(let latency): isSlow = slowsDown(latency, kind)
        }
        if isSlow {
            halve()
        } else {
            calm += 1
            guard calm >= Self.calmStretch else { return }
            calm = 0
            limit = min(maximum, limit + 1)
        }
    }

    private mutating func halve() {
        limit = max(1, limit / 2)
        lowest = min(lowest, limit)
        halvings += 1
        calm = 0
        for kind in latencies.keys { latencies[kind]?.last = [] }
    }

    private mutating func slowsDown(_ latency: Duration, _ kind: String) -> Bool {
        var known = latencies[kind] ?? Latencies()
        defer { latencies[kind] = known }
        guard known.first.count == Self.sample else {
            known.first = (known.first + [latency]).sorted()
            return false
        }
        known.last.append(latency)
        if known.last.count > Self.sample { known.last.removeFirst() }
        guard known.last.count == Self.sample else { return false }
        let median = known.last.sorted()[Self.sample / 2]
        return median > Self.slow && median > known.first[Self.sample / 2] * Self.multiple
    }
}
