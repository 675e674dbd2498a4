import CoreMetrics
import Synchronization

/// A family with the series that it has so far.
final class FamilySeries: Sendable {
    let family: MetricFamily
    /// By the labels' values, in the family's order of labels.
    private let series: Mutex<[[String]: any Series]>

    init(_ family: MetricFamily) {
        self.family = family
        // A series that appears with its first count has no 0 before it, and `increase()` misses that count.
        let start = family.isSampled ? [] : Self.combinations(of: family.labels)
        let type: (any Series.Type)? =
            switch family.kind {
            case .counter: CounterSeries.self
            case .histogram: HistogramSeries.self
            // Every gauge that there is is sampled.
            case .gauge: nil
            }
        var series: [[String]: any Series] = [:]
        if let type {
            for labels in start { series[labels] = type.init(family.kind) }
        }
        self.series = Mutex(series)
    }

    /// What there is, ordered by the labels' values.
    var readings: [(labels: [String], reading: Reading)] {
        series.withLock { Array($0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (labels: $0.key, reading: $0.value.reading) }
    }

    /// The one series of these labels, made if it is not there; nil if they are not the family's.
    func series<S: Series>(of labels: [(String, String)], as type: S.Type) -> S? {
        guard let key = values(of: labels) else { return nil }
        return series.withLock { series in
            if let known = series[key] { return known as? S }
            let new = S(family.kind)
            series[key] = new
            return new
        }
    }

    /// The labels' values in the family's order; nil unless there is exactly one for each label.
    func values(of labels: [(String, String)]) -> [String]? {
        let values = family.labels.compactMap { label in labels.first { $0.0 == label.name }?.1 }
        return values.count == family.labels.count && labels.count == values.count ? values : nil
    }

    /// Every combination of the values that are known from the start; none if those of a label are not.
    private static func combinations(of labels: [MetricFamily.Label]) -> [[String]] {
        labels.reduce([[]]) { combinations, label in
            let values = Set(label.values)
            return combinations.flatMap { combination in values.map { combination + [$0] } }
        }
    }
}

/// One line of numbers: a family, and a value for each of its labels.
///
/// Whoever has a handle writes to it while somebody else reads it.
protocol Series: AnyObject, Sendable {
    /// Whether a family of this kind has such series.
    static func fits(_ kind: MetricFamily.Kind) -> Bool

    init(_ kind: MetricFamily.Kind)

    var reading: Reading { get }
}

/// What a `Counter` writes to.
final class CounterSeries: Series, CounterHandler {
    /// Prometheus knows no integers; a `Double` counts to 2⁵³ without a gap.
    private let value = Mutex(0.0)

    static func fits(_ kind: MetricFamily.Kind) -> Bool { kind == .counter }

    init(_ kind: MetricFamily.Kind) {}

    var reading: Reading { .value(value.withLock { $0 }) }

    /// Anything that would make it smaller is ignored, as swift-metrics' own counters do.
    func increment(by amount: Int64) {
        guard amount >= 0 else { return }
        value.withLock { $0 += Double(amount) }
    }

    func reset() { value.withLock { $0 = 0 } }
}

/// What a `Timer` writes to.
final class HistogramSeries: Series, TimerHandler {
    /// One lock for all of it, so that buckets, count and sum agree.
    private let histogram: Mutex<Reading.Histogram>

    static func fits(_ kind: MetricFamily.Kind) -> Bool { bounds(of: kind) != nil }

    init(_ kind: MetricFamily.Kind) {
        histogram = Mutex(Reading.Histogram(bounds: Self.bounds(of: kind) ?? []))
    }

    var reading: Reading { .histogram(histogram.withLock { $0 }) }

    /// Seconds are Prometheus' unit of time.
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

/// What a series is at one moment.
enum Reading: Sendable {
    case value(Double)
    case histogram(Histogram)

    /// Values by bucket.
    struct Histogram: Sendable {
        var bounds: [Double]
        /// How many values are in each bucket alone; the last is the bucket without a bound.
        var counts: [UInt64]
        var sum = 0.0

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count + 1)
        }
    }
}
