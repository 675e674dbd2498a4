/// One metric in Prometheus' sense: a name, and a series for each combination of its labels' values.
///
/// Names follow <https://prometheus.io/docs/practices/naming/>: base units, and `_total` at the end of a counter.
package struct MetricFamily: Sendable {
    package enum Kind: Sendable, Equatable {
        /// Only grows, until the process ends.
        case counter
        case gauge
        /// Counts values up to and including each bound; the bucket without a bound (`+Inf`) is added automatically.
        case histogram(buckets: [Double])
    }

    /// One of the names that distinguish a family's series.
    package struct Label: Sendable, Equatable, ExpressibleByStringLiteral {
        package var name: String
        /// The values known from the start; empty if they are unknown.
        package var values: [String]

        package init(_ name: String, values: [String] = []) {
            self.name = name
            self.values = values
        }

        package init(stringLiteral name: String) { self.init(name) }
    }

    package var name: String
    /// A description in the output; one line.
    package var help: String
    package var kind: Kind
    package var labels: [Label]
    /// Whether its values are provided as ``MetricSample``s on request, rather than through handles of swift-metrics.
    package var isSampled: Bool

    package init(_ name: String, help: String, kind: Kind, labels: [Label] = [], isSampled: Bool = false) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.isSampled = isSampled
    }

    /// Why Prometheus would reject it; empty if it would not.
    ///
    /// <https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels>, without the arbitrary names that
    /// Prometheus 3 accepts.
    package var mistakes: [String] {
        var mistakes: [String] = []
        if !Self.isName(name, colons: true) { mistakes.append("invalid metric name '\(name)'") }
        for (index, label) in labels.enumerated() {
            if !Self.isName(label.name, colons: false) || label.name.hasPrefix("__") {
                mistakes.append("invalid label name '\(label.name)' of \(name)")
            }
            if labels[..<index].contains(where: { $0.name == label.name }) {
                mistakes.append("\(name) has the label '\(label.name)' twice")
            }
        }
        if case .histogram(let buckets) = kind {
            if labels.contains(where: { $0.name == "le" }) {
                mistakes.append("\(name) is a histogram and has the label 'le' of its own")
            }
            if isSampled { mistakes.append("\(name) is a histogram and cannot be sampled") }
            if !buckets.allSatisfy(\.isFinite) || !zip(buckets, buckets.dropFirst()).allSatisfy(<) {
                mistakes.append("the buckets of \(name) are not in order, or not finite")
            }
        }
        return mistakes
    }

    private static func isName(_ text: String, colons: Bool) -> Bool {
        !text.isEmpty
            && text.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
                case UInt8(ascii: ":"): colons
                default: false
                }
            }
    }
}

/// A value that is read on request, rather than kept up to date.
package struct MetricSample: Sendable {
    /// The name of a sampled family.
    package var family: String
    /// A value for each of the family's labels, in any order.
    package var labels: [(String, String)]
    package var value: Double

    package init(_ family: String, _ labels: [(String, String)] = [], _ value: Double) {
        self.family = family
        self.labels = labels
        self.value = value
    }
}
