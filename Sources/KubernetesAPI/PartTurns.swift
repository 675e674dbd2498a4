/// The places for parts of a pass that ask one API server at the same time, as many as it gets connections: so the time of
/// a part is its own, and not that of the hundreds before it.
///
/// Where no part got an answer any more, one for each place, the others are given up at once: a server that hangs costs a
/// pass the time of one part, however many there are.
actor PartTurns {
    private let count: Int
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Parts that ran out of time since one was answered.
    private var silences = 0
    private var lastSilence: ContinuousClock.Instant?

    init(_ count: Int) {
        self.count = count
        free = count
    }

    /// Waits for a place.
    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Gives the place on.
    ///
    /// - Parameter isAnswered: nil if the part was not tried, or was cancelled.
    func leave(isAnswered: Bool?) {
        if isAnswered == true { silences = 0 }
        if isAnswered == false {
            silences += 1
            lastSilence = .now
        }
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }

    /// Whether the server has stopped to answer, as far as was seen within the last while.
    func isSilent(within time: Duration) -> Bool {
        guard silences >= count, let lastSilence else { return false }
        return ContinuousClock.now - lastSilence < time
    }
}
