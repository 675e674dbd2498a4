/// How many requests may be under way at the same time: fewer where Authentik slows down, more again when it does not.
///
/// | sign | the window |
/// |---|---|
/// | 429, 502, 503 or 504, or no answer in time | is halved, at once |
/// | of the same kind of request, the last answers took a multiple of the first ones, and more than a second | is halved |
/// | a stretch of answers without such a sign | grows by one |
///
/// It is never below one nor above its maximum. Requests that were sent before it was halved say nothing of the new
/// window, so that several that fail together halve it once.
package struct ConcurrencyWindow: Sendable, Equatable {
    /// What one request says of how Authentik is doing.
    package enum Answer: Sendable, Equatable {
        /// It was answered, whatever the answer.
        case given(after: Duration)
        /// Authentik asked for patience, or did not answer in time.
        case refused
    }

    /// How many answers without a sign of slowness make a stretch.
    static let calmStretch = 16
    /// How many answers are compared: the first ones of a kind of request, and the last ones.
    static let sample = 5
    /// How many times as long answers take where Authentik slows down.
    static let multiple = 4
    /// Answers that take less are fast enough, whatever the first ones took.
    static let slow: Duration = .seconds(1)

    package let maximum: Int
    /// How many may be under way now.
    package private(set) var limit: Int
    /// The fewest so far.
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

    /// Says which window a request is sent in; to be given back with its answer.
    package var epoch: Int { halvings }

    /// Takes note of an answer.
    ///
    /// - Parameters:
    ///   - kind: requests of one kind take about the same time.
    ///   - epoch: what ``epoch`` was when the request was sent.
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
