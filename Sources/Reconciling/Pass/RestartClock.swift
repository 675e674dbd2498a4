import FoundationEssentials

/// Gives restarts their times, in whole seconds as `kubectl rollout restart` has them.
struct RestartClock: Sendable {
    var now: @Sendable () -> Date = { .now }

    /// The time of a restart, later than the one before it: two rotations within a second are two restarts.
    ///
    /// - Parameter last: that one's; nil if there was none.
    func time(after last: String?) -> String {
        let now = now()
        // What cannot be read is none of this program's times.
        guard let last = last.flatMap({ try? Self.format.parse($0) }) else { return now.formatted(Self.format) }
        return max(now, last.addingTimeInterval(1)).formatted(Self.format)
    }

    private static let format = Date.ISO8601FormatStyle()
}
