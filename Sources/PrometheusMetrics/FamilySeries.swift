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
            // Nobody has said yet what it is.
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
