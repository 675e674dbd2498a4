import PrometheusMetrics
import Testing

@Suite(.timeLimit(.minutes(60))) struct FamilyTests {
    @Test(arguments: [
        MetricFamily("", help: "Help.", kind: .gauge),
        MetricFamily("1st", help: "Help.", kind: .gauge),
        MetricFamily("a-b", help: "Help.", kind: .gauge),
        MetricFamily("größe", help: "Help.", kind: .gauge),
        MetricFamily("a", help: "Help.", kind: .gauge, labels: ["b:c"]),
        MetricFamily("a", help: "Help.", kind: .gauge, labels: ["__b"]),
        MetricFamily("a", help: "Help.", kind: .gauge, labels: ["b", "b"]),
        MetricFamily("a", help: "Help.", kind: .histogram(buckets: [1]), labels: ["le"]),
        MetricFamily("a", help: "Help.", kind: .histogram(buckets: [1]), isSampled: true),
        MetricFamily("a", help: "Help.", kind: .histogram(buckets: [1, 1])),
        MetricFamily("a", help: "Help.", kind: .histogram(buckets: [1, .infinity])),
    ])
    func whatPrometheusWouldNotTakeIsLeftOut(_ family: MetricFamily) {
        let mistakes = Mistakes()
        let registry = PrometheusRegistry(families: [family], onMistake: mistakes.collect)
        #expect(registry.render(adding: []) == "")
        #expect(mistakes.all.count == 1)
    }

    @Test func theFirstOfTwoStays() {
        let mistakes = Mistakes()
        let families = ["One.", "Two."].map { MetricFamily("a", help: $0, kind: .gauge) }
        let registry = PrometheusRegistry(families: families, onMistake: mistakes.collect)
        #expect(registry.render(adding: []) == "# HELP a One.\n# TYPE a gauge\n")
        #expect(mistakes.all == ["a is there twice"])
    }

    @Test func namesMayHoldColonsAndCapitals() {
        #expect(MetricFamily("job:A_1", help: "Help.", kind: .counter, labels: ["_l1"]).mistakes == [])
    }
}
