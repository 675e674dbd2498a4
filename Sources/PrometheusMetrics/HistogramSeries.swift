import CoreMetrics
import Synchronization

/// What a `Timer` and a `Recorder` that aggregates write to.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    /// One lock for all of it, so that buckets, count and sum agree.
    private let histogram: Mutex<Reading.Histogram>

    static func fits(_ kind: MetricFamily.Kind) -> Bool { bounds(of: kind) != nil }

    init(_ kind: MetricFamily.Kind) {
        histogram = Mutex(Reading.Histogram(bounds: Self.bounds(of: kind) ?? []))
    }

    var reading: Reading { .histogram(histogram.withLock { $0 }) }

    func record(_ value: Int64) { record(Double(value)) }

    /// What is no number is ignored: it would make the sum no number for ever.
    func record(_ value: Double) {
        guard !value.isNaN else { return }
        histogram.withLock { histogram in
            let bucket = histogram.bounds.firstIndex { value <= $0 } ?? histogram.bounds.count
            histogram.counts[bucket] += 1
            histogram.sum += value
        }
    }

    /// Seconds are Prometheus' unit of time.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    private static func bounds(of kind: MetricFamily.Kind) -> [Double]? {
        guard case .histogram(let buckets) = kind else { return nil }
        return buckets
    }
}
