package import CoreMetrics

/// A swift-metrics backend for Prometheus: counters and timers; gauges are sampled.
///
/// All families are known in advance, so that each has a help text and no name is created by accident. The label of a
/// handle is the name of its family, and its dimensions are the family's labels; those who make handles must ensure that
/// there are few values. Handles with equal labels and dimensions share one series, which outlives them: a counter that
/// was recreated would start at 0 again.
package final class PrometheusRegistry: MetricsFactory {
    /// The `Content-Type` of the text of ``render(adding:)``.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let families: [FamilySeries]
    private let byName: [String: FamilySeries]
    private let onMistake: @Sendable (String) -> Void

    /// - Parameters:
    ///   - families: all possible families; invalid ones and duplicates are left out.
    ///   - onMistake: called with every programming error; they have no other effect.
    package init(
        families: [MetricFamily],
        onMistake: @escaping @Sendable (String) -> Void = { assertionFailure($0) }
    ) {
        var byName: [String: FamilySeries] = [:]
        var kept: [FamilySeries] = []
        for family in families {
            let mistakes = family.mistakes + (byName[family.name] == nil ? [] : ["\(family.name) is there twice"])
            mistakes.forEach(onMistake)
            guard mistakes.isEmpty else { continue }
            let series = FamilySeries(family)
            byName[family.name] = series
            kept.append(series)
        }
        self.families = kept
        self.byName = byName
        self.onMistake = onMistake
    }

    /// Everything in Prometheus' text format: families in the given order, their series by labels.
    ///
    /// - Parameter samples: the values of the sampled families; of duplicates the last one counts.
    package func render(adding samples: [MetricSample]) -> String {
        var sampled: [String: [[String]: Double]] = [:]
        for sample in samples {
            guard let family = byName[sample.family], family.family.isSampled,
                let labels = family.values(of: sample.labels)
            else {
                onMistake("no sampled family '\(sample.family)' has the labels \(sample.labels.map(\.0))")
                continue
            }
            sampled[sample.family, default: [:]][labels] = sample.value
        }
        var text = ExpositionText()
        for family in families {
            text.head(family.family)
            let samples = sampled[family.family.name, default: [:]]
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { (labels: $0.key, reading: Reading.value($0.value)) }
            for (labels, reading) in family.family.isSampled ? samples : family.readings {
                text.series(family.family, labels: labels, reading)
            }
        }
        return text.text
    }

    private func series<S: Series>(_ name: String, _ labels: [(String, String)], as type: S.Type) -> S? {
        if let family = byName[name], !family.family.isSampled, type.fits(family.family.kind),
            let series = family.series(of: labels, as: type)
        {
            return series
        }
        onMistake("no family '\(name)' has the labels \(labels.map(\.0)) and is written to by a \(type)")
        return nil
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, as: CounterSeries.self) ?? NOOPMetricsHandler.instance
    }

    /// Recorders, gauges and meters record nothing: they are not used here, and gauges are sampled.
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        onMistake("'\(label)' is written to by a recorder, a gauge or a meter, which there are none of")
        return NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, as: HistogramSeries.self) ?? NOOPMetricsHandler.instance
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
