import CoreMetrics
import Synchronization

/// What a `Counter` and a `FloatingPointCounter` write to.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    /// Prometheus knows no integers; a `Double` counts to 2⁵³ without a gap.
    private let value = Mutex(0.0)

    static func fits(_ kind: MetricFamily.Kind) -> Bool { kind == .counter }

    init(_ kind: MetricFamily.Kind) {}

    var reading: Reading { .value(value.withLock { $0 }) }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    /// Anything that would make it smaller, or no number, is ignored, as swift-metrics' own counters do.
    func increment(by amount: Double) {
        guard amount >= 0, amount.isFinite else { return }
        value.withLock { $0 += amount }
    }

    func reset() { value.withLock { $0 = 0 } }
}
