import CoreMetrics
import PrometheusMetrics
import Testing

@Suite(.timeLimit(.minutes(60))) struct HandleTests {
    private static let families = [
        MetricFamily("jobs_total", help: "Jobs.", kind: .counter, labels: ["kind", "state"]),
        MetricFamily("seconds_total", help: "Seconds.", kind: .counter),
        MetricFamily("level", help: "Level.", kind: .gauge),
        MetricFamily("wait_seconds", help: "Waits.", kind: .histogram(buckets: [0.1, 1])),
        MetricFamily("read", help: "Read.", kind: .gauge, isSampled: true),
    ]

    private let mistakes = Mistakes()
    private let registry: PrometheusRegistry

    init() {
        registry = PrometheusRegistry(families: Self.families, onMistake: mistakes.collect)
    }

    /// The lines of a family.
    private func lines(_ family: String) -> [Substring] {
        registry.render(adding: []).split(separator: "\n").filter { $0.hasPrefix(family) }
    }

    @Test func equalHandlesShareASeriesInAnyOrderOfLabels() {
        let one = Counter(label: "jobs_total", dimensions: [("kind", "a"), ("state", "b")], factory: registry)
        let two = Counter(label: "jobs_total", dimensions: [("state", "b"), ("kind", "a")], factory: registry)
        one.increment()
        two.increment(by: 2)
        one.destroy()
        Counter(label: "jobs_total", dimensions: [("kind", "a"), ("state", "b")], factory: registry).increment()
        #expect(lines("jobs_total") == [#"jobs_total{kind="a",state="b"} 4"#])
        #expect(mistakes.all == [])
    }

    @Test func countersNeverShrink() {
        let counter = Counter(label: "seconds_total", factory: registry)
        counter.increment(by: 2)
        counter.increment(by: -1)
        #expect(lines("seconds_total") == ["seconds_total 2"])
        counter.reset()
        #expect(lines("seconds_total") == ["seconds_total 0"])
    }

    @Test func metersGaugesAndRecordersAreMistakesAndCountNothing() {
        let before = registry.render(adding: [])
        Meter(label: "level", factory: registry).set(7)
        Gauge(label: "level", factory: registry).record(-1.5)
        Recorder(label: "wait_seconds", factory: registry).record(1)
        #expect(registry.render(adding: []) == before)
        #expect(mistakes.all.count == 3)
        #expect(mistakes.all.allSatisfy { $0.contains("'level'") || $0.contains("'wait_seconds'") })
    }

    @Test func timersCountSeconds() {
        let timer = Timer(label: "wait_seconds", factory: registry)
        timer.recordMilliseconds(100)
        timer.recordNanoseconds(250_000_000)
        timer.recordSeconds(2)
        #expect(
            lines("wait_seconds") == [
                #"wait_seconds_bucket{le="0.1"} 1"#, #"wait_seconds_bucket{le="1"} 2"#,
                #"wait_seconds_bucket{le="+Inf"} 3"#, "wait_seconds_sum 2.35", "wait_seconds_count 3",
            ]
        )
    }

    @Test(arguments: [
        (name: "no such family", label: "other_total", dimensions: [(String, String)]()),
        ("a label too few", "jobs_total", [("kind", "a")]),
        ("a label too many", "jobs_total", [("kind", "a"), ("state", "b"), ("more", "c")]),
        ("another label", "jobs_total", [("kind", "a"), ("sate", "b")]),
        ("a label twice", "jobs_total", [("kind", "a"), ("kind", "b")]),
        ("another kind", "level", []),
        ("a sampled family", "read", []),
    ])
    func aMistakeIsToldAndCountsNothing(_ mistake: (name: String, label: String, dimensions: [(String, String)])) {
        let before = registry.render(adding: [])
        Counter(label: mistake.label, dimensions: mistake.dimensions, factory: registry).increment()
        #expect(registry.render(adding: []) == before, "\(mistake.name)")
        #expect(mistakes.all.count == 1, "\(mistake.name)")
        #expect(mistakes.all.first?.contains("'\(mistake.label)'") == true)
    }

    @Test func eachKindOfHandleHasItsKindOfFamily() {
        let before = registry.render(adding: [])
        Counter(label: "wait_seconds", factory: registry).increment()
        Counter(label: "level", factory: registry).increment()
        Timer(label: "seconds_total", factory: registry).recordSeconds(1)
        Timer(label: "level", factory: registry).recordSeconds(1)
        #expect(registry.render(adding: []) == before)
        #expect(mistakes.all.count == 4)
    }

    @Test(arguments: [
        MetricSample("other", [], 1), MetricSample("level", [], 1), MetricSample("read", [("a", "b")], 1),
    ])
    func aSampleOfNoSampledFamilyIsAMistake(_ sample: MetricSample) {
        let before = registry.render(adding: [])
        #expect(registry.render(adding: [sample]) == before)
        #expect(mistakes.all.count == 1)
    }

    @Test func nothingIsLostBetweenThreads() async {
        let registry = registry
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<2_000 {
                        let labels = [("kind", "a"), ("state", "\(number % 3)")]
                        Counter(label: "jobs_total", dimensions: labels, factory: registry).increment()
                        Timer(label: "wait_seconds", factory: registry).recordMilliseconds(1)
                    }
                }
            }
            for _ in 0..<20 { group.addTask { _ = registry.render(adding: []) } }
        }
        let counts = lines("jobs_total").compactMap { Int($0.split(separator: " ")[1]) }
        #expect(counts == [5_336, 5_336, 5_328])
        #expect(lines("wait_seconds_count") == ["wait_seconds_count 16000"])
    }
}
