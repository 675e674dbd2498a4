import Testing
import YAMLDocument

/// `alerts.yaml`, and its own tests in `alerts.test.yaml`.
@Suite(.timeLimit(.minutes(60))) struct AlertTests {
    private let rules: [YAMLNode]
    private let cases: [YAMLNode]

    init() throws {
        rules = try MonitoringFile.alerts.yaml()["groups"]?.items.flatMap { $0["rules"]?.items ?? [] } ?? []
        cases = try MonitoringFile.alertTests.yaml()["tests"]?.items ?? []
        try #require(!rules.isEmpty && !cases.isEmpty)
    }

    @Test(.enabled(if: Promtool.isInstalled, Promtool.advice))
    func promtoolTakesTheRules() async throws {
        let result = try await Promtool.run(["check", "rules", "--lint-fatal", MonitoringFile.alerts.path])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(.enabled(if: Promtool.isInstalled, Promtool.advice))
    func theirTestsPass() async throws {
        let result = try await Promtool.run(["test", "rules", MonitoringFile.alertTests.path])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func everyAlertSaysWhatToDo() {
        for rule in rules {
            let name = rule["alert"]?.text ?? ""
            #expect(["warning", "critical"].contains(rule["labels"]?["severity"]?.text), "\(name)")
            #expect(rule["annotations"]?["summary"]?.text?.isEmpty == false, "\(name)")
            #expect(rule["annotations"]?["description"]?.text?.count ?? 0 > 100, "\(name)")
        }
        let names = rules.compactMap { $0["alert"]?.text }
        #expect(Set(names).count == rules.count)
    }

    /// A restart takes a scrape or two, so nothing may fire at once: it waits, or looks at a long time.
    @Test func noAlertFiresAtOnce() {
        for rule in rules where rule["for"] == nil {
            #expect(rule["expr"]?.text?.contains("[2h:1m]") == true, "\(rule["alert"]?.text ?? "")")
        }
    }

    @Test func everyAlertFiresInATestAndDoesNotInAnother() {
        var firing: Set<String> = []
        var silent: Set<String> = []
        for check in cases.flatMap({ $0["promql_expr_test"]?.items ?? [] }) {
            guard let alert = PromQLNames(check["expr"]?.text ?? "").selectors.first,
                let name = alert.value(of: "alertname"), alert.value(of: "alertstate") == "firing"
            else { continue }
            if check["exp_samples"]?.items.isEmpty == false { firing.insert(name) } else { silent.insert(name) }
        }
        let names = Set(rules.compactMap { $0["alert"]?.text })
        #expect(firing == names)
        #expect(silent == names)
    }

    @Test func alertsNameMetricsThatThereAre() {
        for rule in rules { #expect(MetricUse.mistakes(in: rule["expr"]?.text ?? "") == []) }
    }

    @Test func theirTestsNameMetricsThatThereAre() {
        let names = rules.compactMap { $0["alert"]?.text }
        for test in cases {
            for series in test["input_series"]?.items ?? [] {
                #expect(MetricUse.mistakes(in: series["series"]?.text ?? "") == [])
            }
            for check in test["promql_expr_test"]?.items ?? [] {
                #expect(MetricUse.mistakes(in: check["expr"]?.text ?? "") == [])
            }
            for check in test["alert_rule_test"]?.items ?? [] {
                #expect(names.contains(check["alertname"]?.text ?? ""))
            }
        }
    }
}
