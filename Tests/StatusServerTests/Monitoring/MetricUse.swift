import PrometheusMetrics
import StatusServer

/// Compares what an expression names with the catalog.
enum MetricUse {
    /// What Prometheus and whoever tells it where to scrape put on every series.
    private static let targetLabels: Set = ["job", "instance", "namespace"]

    /// Prometheus' own: <https://prometheus.io/docs/concepts/jobs_instances/> and
    /// <https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/#inspecting-alerts-during-runtime>.
    private static let foreign = [
        MetricFamily("up", help: "Whether a scrape succeeded.", kind: .gauge),
        MetricFamily("ALERTS", help: "Alerts.", kind: .gauge, labels: ["alertname", "alertstate", "severity"]),
    ]

    /// What the expression names that there is not; empty if it is all there.
    static func mistakes(in expression: String) -> [String] {
        let names = PromQLNames(expression)
        if names.selectors.isEmpty { return ["no metric in '\(expression)'"] }
        return names.selectors.flatMap(mistakes) + mistakes(in: names.groupings, of: names.selectors)
    }

    private static func mistakes(in selector: MetricSelector) -> [String] {
        guard let (family, labels) = family(of: selector.name) else { return ["no metric \(selector.name)"] }
        return selector.matchers.flatMap { matcher -> [String] in
            guard labels.contains(matcher.label) else { return ["\(selector.name) has no label \(matcher.label)"] }
            let values = family.labels.first { $0.name == matcher.label }?.values ?? []
            let isKnown = values.isEmpty || !["=", "!="].contains(matcher.operation) || values.contains(matcher.value)
            return isKnown ? [] : ["\(matcher.label) of \(selector.name) is never '\(matcher.value)'"]
        }
    }

    private static func mistakes(in groupings: [String], of selectors: [MetricSelector]) -> [String] {
        let labels = selectors.compactMap { family(of: $0.name)?.labels }.reduce(targetLabels) { $0.union($1) }
        return groupings.filter { !labels.contains($0) }.map { "no metric has the label \($0)" }
    }

    /// The family that a series of this name belongs to, and the labels that it has.
    private static func family(of name: String) -> (MetricFamily, labels: Set<String>)? {
        for family in MetricCatalog.families + foreign {
            let labels = targetLabels.union(family.labels.map(\.name))
            switch family.kind {
            case .counter, .gauge:
                if name == family.name { return (family, labels) }
            case .histogram:
                if name == family.name + "_bucket" { return (family, labels.union(["le"])) }
                if ["_sum", "_count"].contains(where: { name == family.name + $0 }) { return (family, labels) }
            }
        }
        return nil
    }
}
