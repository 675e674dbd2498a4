import CoreMetrics
import PrometheusMetrics
import Testing

@Suite(.timeLimit(.minutes(60))) struct RenderTests {
    @Test func everyFamilyInItsOrderAndItsSeriesByLabels() {
        let registry = PrometheusRegistry(families: [
            MetricFamily("z_total", help: "Comes first.", kind: .counter, labels: ["b", "a"]),
            MetricFamily("free", help: "Never set.", kind: .gauge),
            MetricFamily("a_total", help: "Comes last.", kind: .counter),
        ])
        for (a, b, count) in [("2", "x", 3), ("1", "y", 2), ("1", "x", 1)] {
            Counter(label: "z_total", dimensions: [("a", a), ("b", b)], factory: registry).increment(by: count)
        }
        #expect(
            registry.render(adding: []) == """
                # HELP z_total Comes first.
                # TYPE z_total counter
                z_total{b="x",a="1"} 1
                z_total{b="x",a="2"} 3
                z_total{b="y",a="1"} 2
                # HELP free Never set.
                # TYPE free gauge
                # HELP a_total Comes last.
                # TYPE a_total counter
                a_total 0

                """
        )
    }

    @Test func bucketsAreCumulativeAndIncludeTheirBound() {
        let registry = PrometheusRegistry(families: [
            MetricFamily("size", help: "Sizes.", kind: .histogram(buckets: [0.5, 1, 10]), labels: ["kind"])
        ])
        let timer = Timer(label: "size", dimensions: [("kind", "a")], factory: registry)
        for value in [0.25, 1, 1.5, 10, 11] { timer.recordSeconds(value) }
        #expect(
            registry.render(adding: []) == """
                # HELP size Sizes.
                # TYPE size histogram
                size_bucket{kind="a",le="0.5"} 1
                size_bucket{kind="a",le="1"} 2
                size_bucket{kind="a",le="10"} 4
                size_bucket{kind="a",le="+Inf"} 5
                size_sum{kind="a"} 23.75
                size_count{kind="a"} 5

                """
        )
    }

    @Test func aHistogramWithoutLabelsIsThereFromTheStart() {
        let registry = PrometheusRegistry(families: [
            MetricFamily("wait_seconds", help: "Waits.", kind: .histogram(buckets: [1]))
        ])
        let lines = registry.render(adding: []).split(separator: "\n").dropFirst(2)
        #expect(
            lines == [
                #"wait_seconds_bucket{le="1"} 0"#, #"wait_seconds_bucket{le="+Inf"} 0"#, "wait_seconds_sum 0",
                "wait_seconds_count 0",
            ]
        )
    }

    @Test func knownValuesOfLabelsAreThereFromTheStart() {
        let registry = PrometheusRegistry(families: [
            MetricFamily(
                "a_total",
                help: "All known.",
                kind: .counter,
                labels: [.init("x", values: ["1", "2"]), .init("y", values: ["3", "4", "3"])]
            ),
            MetricFamily("b_total", help: "One unknown.", kind: .counter, labels: [.init("x", values: ["1"]), "y"]),
        ])
        Counter(label: "a_total", dimensions: [("x", "2"), ("y", "4")], factory: registry).increment()
        Counter(label: "a_total", dimensions: [("x", "5"), ("y", "4")], factory: registry).increment()
        let lines = registry.render(adding: []).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                #"a_total{x="1",y="3"} 0"#, #"a_total{x="1",y="4"} 0"#, #"a_total{x="2",y="3"} 0"#,
                #"a_total{x="2",y="4"} 1"#, #"a_total{x="5",y="4"} 1"#,
            ]
        )
    }

    @Test(arguments: [
        (#"a "word" of C:\temp"#, #"a \"word\" of C:\\temp"#),
        ("two\nlines", #"two\nlines"#),
        ("two\r\nlines", "two\r" + #"\nlines"#),
        (#"\n is no line break"#, #"\\n is no line break"#),
        ("grüße, 世界 {a=b}", "grüße, 世界 {a=b}"),
    ])
    func labelsAreEscaped(_ value: String, _ escaped: String) {
        let registry = PrometheusRegistry(families: [
            MetricFamily("a", help: "Help.", kind: .gauge, labels: ["l"], isSampled: true)
        ])
        #expect(
            registry.render(adding: [MetricSample("a", [("l", value)], 1)])
                == "# HELP a Help.\n# TYPE a gauge\na{l=\"\(escaped)\"} 1\n"
        )
    }

    @Test func helpIsEscapedWithoutQuotes() {
        let registry = PrometheusRegistry(families: [
            MetricFamily("a", help: "One \"line\",\nnot \\ two.", kind: .gauge)
        ])
        #expect(registry.render(adding: []) == "# HELP a One \"line\",\\nnot \\\\ two.\n# TYPE a gauge\n")
    }

    @Test(arguments: [
        (0, "0"), (-0.0, "0"), (17, "17"), (-3, "-3"), (0.5, "0.5"), (1_795_525_200.123, "1795525200.123"),
        (9_007_199_254_740_992, "9007199254740992.0"), (1e300, "1e+300"), (1e-7, "1e-07"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"),
    ])
    func numbersAreWhatGoReads(_ value: Double, _ text: String) {
        let registry = PrometheusRegistry(families: [
            MetricFamily("a", help: "Help.", kind: .gauge, isSampled: true)
        ])
        #expect(registry.render(adding: [MetricSample("a", [], value)]).hasSuffix("\na \(text)\n"))
    }

    @Test func samplesAreReadAnewEachTime() {
        let registry = PrometheusRegistry(families: [
            MetricFamily("up", help: "Help.", kind: .gauge, labels: ["b", "a"], isSampled: true),
            MetricFamily("cpu_total", help: "Help.", kind: .counter, isSampled: true),
        ])
        let samples = [
            MetricSample("up", [("a", "2"), ("b", "1")], 5), MetricSample("up", [("b", "1"), ("a", "1")], 6),
            MetricSample("up", [("a", "1"), ("b", "1")], 7),
        ]
        let text = registry.render(adding: samples)
        #expect(text.contains("gauge\nup{b=\"1\",a=\"1\"} 7\nup{b=\"1\",a=\"2\"} 5\n# HELP"))
        #expect(text.hasSuffix("# TYPE cpu_total counter\n"))
        #expect(!registry.render(adding: []).contains("up{"))
    }
}
