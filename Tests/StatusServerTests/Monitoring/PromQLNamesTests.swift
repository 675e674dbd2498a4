import Testing

/// That the check of names finds what is wrong, lest it see nothing.
@Suite(.timeLimit(.minutes(60))) struct PromQLNamesTests {
    @Test func findsMetricsAmongEverythingElse() {
        let names = PromQLNames(
            #"sum by (job, le) (rate(a_bucket{x="y, {z}", le!~'1|2'}[$__rate_interval])) / on (job) b offset 5m > bool 1e3"#
        )
        #expect(
            names.selectors == [
                MetricSelector(
                    name: "a_bucket",
                    matchers: [
                        .init(label: "x", operation: "=", value: "y, {z}"),
                        .init(label: "le", operation: "!~", value: "1|2"),
                    ]
                ),
                MetricSelector(name: "b", matchers: []),
            ]
        )
        #expect(names.groupings == ["job", "le", "job"])
    }

    @Test(arguments: [
        ("1 + 1", "no metric in '1 + 1'"),
        ("reconcile_service", "no metric reconcile_service"),
        ("max(reconcile_pass_duration_seconds)", "no metric reconcile_pass_duration_seconds"),
        (#"reconcile_services{sate="failed"}"#, "reconcile_services has no label sate"),
        (#"reconcile_services{state="fialed"}"#, "state of reconcile_services is never 'fialed'"),
        ("sum by (stat) (reconcile_services)", "no metric has the label stat"),
    ])
    func findsMistakes(_ expression: String, _ mistake: String) {
        #expect(MetricUse.mistakes(in: expression) == [mistake])
    }

    @Test(arguments: [
        #"rate(reconcile_pass_duration_seconds_bucket{le="5", job="reconcile"}[5m])"#,
        #"sum by (state, namespace) (reconcile_services{state=~"fa.*"}) > 0"#, #"up{job="reconcile"} == 0"#,
    ])
    func takesWhatIsRight(_ expression: String) {
        #expect(MetricUse.mistakes(in: expression) == [])
    }
}
