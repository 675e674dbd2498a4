import CoreMetrics
import Synchronization

/// What a `Meter` and a `Gauge` (a `Recorder` that does not aggregate) write to.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    static func fits(_ kind: MetricFamily.Kind) -> Bool { kind == .gauge }

    init(_ kind: MetricFamily.Kind) {}

    var reading: Reading { .value(value.withLock { $0 }) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }

    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
}
