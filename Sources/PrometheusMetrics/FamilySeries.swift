import CoreMetrics
import Synchronization

/// A family with its current series.
final class FamilySeries: Sendable {
    let family: MetricFamily
    /// By the values of the labels, in the family's order.
    private let series: Mutex<[[String]: any Series]>

    init(_ family: MetricFamily) {
        self.family = family
        // A series that appears with its first count has no 0 before it, so `increase()` misses that count.
        let start = family.isSampled ? [] : Self.combinations(of: family.labels)
        let type: (any Series.Type)? =
            switch family.kind {
            case .counter: CounterSeries.self
            case .histogram: HistogramSeries.self
            // All gauges are sampled.
            case .gauge: nil
            }
        var series: [[String]: any Series] = [:]
        if let type {
            for labels in start { series[labels] = type.init(family.kind) }
        }
        self.series = Mutex(series)
    }

    /// All series, ordered by the values of their labels.
    var readings: [(labels: [String], reading: Reading)] {
        series.withLock { Array($0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (labels: $0.key, reading: $0.value.reading) }
    }

    /// The series with these labels, created if it does not exist; nil if they are not the family's labels.
    func series<S: Series>(of labels: [(String, String)], as type: S.Type) -> S? {
        guard let key = values(of: labels) else { return nil }
        return series.withLock { series in
            if let known = series[key] { return known as? S }
            let new = S(family.kind)
            series[key] = new
            return new
        }
    }

    /// The values of the labels in the family's order; nil unless there is exactly one for each label.
    func values(of labels: [(String, String)]) -> [String]? {
        let values = family.labels.compactMap { label in labels.first { $0.0 == label.name }?.1 }
        return values.count == family.labels.count && labels.count == values.count ? values : nil
    }

    /// Every combination of values known from the start; empty if those of any label are unknown.
    private static func combinations(of labels: [MetricFamily.Label]) -> [[String]] {
        labels.reduce([[]]) { combinations, label in
            let values = Set(label.values)
            return combinations.flatMap { combination in values.map { combination + [$0] } }
        }
    }
}

/// A time series: a family with a value for each of its labels.
///
/// It is written through handles while others read it.
protocol Series: AnyObject, Sendable {
    /// Whether a family of this kind has such series.
    static func fits(_ kind: MetricFamily.Kind) -> Bool

    init(_ kind: MetricFamily.Kind)

    var reading: Reading { get }
}

/// The target of a `Counter`.
final class CounterSeries: Series, CounterHandler {
    /// Prometheus has no integers; a `Double` counts to 2⁵³ without a gap.
    private let value = Mutex(0.0)

    static func fits(_ kind: MetricFamily.Kind) -> Bool { kind == .counter }

    init(_ kind: MetricFamily.Kind) {}

    var reading: Reading { .value(value.withLock { $0 }) }

    /// Ignores negative amounts, like the counters of swift-metrics.
    func increment(by amount: Int64) {
        guard amount >= 0 else { return }
        value.withLock { $0 += Double(amount) }
    }

    func reset() { value.withLock { $0 = 0 } }
}

/// The target of a `Timer`.
final class HistogramSeries: Series, TimerHandler {
    /// One lock for everything, so that buckets, count and sum are consistent.
    private let histogram: Mutex<Reading.Histogram>

    static func fits(_ kind: MetricFamily.Kind) -> Bool { bounds(of: kind) != nil }

    init(_ kind: MetricFamily.Kind) {
        histogram = Mutex(Reading.Histogram(bounds: Self.bounds(of: kind) ?? []))
    }

    var reading: Reading { .histogram(histogram.withLock { $0 }) }

    /// Prometheus' unit of time is the second.
    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(duration) / 1e9
        histogram.withLock { histogram in
            let bucket = histogram.bounds.firstIndex { seconds <= $0 } ?? histogram.bounds.count
            histogram.counts[bucket] += 1
            histogram.sum += seconds
        }
    }

    private static func bounds(of kind: MetricFamily.Kind) -> [Double]? {
        guard case .histogram(let buckets) = kind else { return nil }
        return buckets
    }
}

/// The value of a series at one point in time.
enum Reading: Sendable {
    case value(Double)
    case histogram(Histogram)

    /// Values by bucket.
    struct Histogram: Sendable {
        var bounds: [Double]
        /// The number of values in each bucket alone; the last bucket has no bound.
        var counts: [UInt64]
        var sum = 0.0

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count + 1)
        }
    }
}
