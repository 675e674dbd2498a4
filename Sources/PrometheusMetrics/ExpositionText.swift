/// Prometheus' text format, version 0.0.4.
///
/// <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>
struct ExpositionText {
    private(set) var text = ""

    /// The lines before a family's series, also written if there are none yet, so that users can see which will exist.
    mutating func head(_ family: MetricFamily) {
        let kind =
            switch family.kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        text += "# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n# TYPE \(family.name) \(kind)\n"
    }

    /// All lines of one series.
    mutating func series(_ family: MetricFamily, labels values: [String], _ reading: Reading) {
        let labels = Array(zip(family.labels.map(\.name), values))
        switch reading {
        case .value(let value): line(family.name, labels, Self.number(value))
        case .histogram(let histogram):
            var count: UInt64 = 0
            for (bound, new) in zip(histogram.bounds + [.infinity], histogram.counts) {
                count += new
                line(family.name + "_bucket", labels + [("le", Self.number(bound))], "\(count)")
            }
            line(family.name + "_sum", labels, Self.number(histogram.sum))
            line(family.name + "_count", labels, "\(count)")
        }
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    /// In the format of Go's `strconv.ParseFloat`; whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
        return "\(value)"
    }

    /// By scalars: a line break counts even if it is half of a character, as in `\r\n`.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped.append(contentsOf: #"\\"#.unicodeScalars)
            case "\n": escaped.append(contentsOf: #"\n"#.unicodeScalars)
            case "\"" where quotes: escaped.append(contentsOf: #"\""#.unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
