import AuthentikAPI
import Controller
import CoreMetrics
import Kinds
import PrometheusMetrics
import Status
import StatusServer
import Testing

@Suite(.timeLimit(.minutes(60))) struct MetricCatalogTests {
    @Test func hasEveryNameOnceAndWithoutMistake() {
        let names = MetricCatalog.families.map(\.name)
        #expect(names == MetricName.allCases.map(\.rawValue) + ProcessMetrics.families.map(\.name))
        #expect(Set(names).count == names.count)
        #expect(MetricCatalog.families.flatMap(\.mistakes) == [])
    }

    @Test func usesEveryLabelThatHasAName() {
        let labels = MetricCatalog.families.flatMap(\.labels).map(\.name)
        #expect(Set(labels) == Set(MetricLabel.allCases.map(\.rawValue)))
    }

    @Test(arguments: MetricName.allCases)
    func kindAndNameAgree(_ name: MetricName) {
        let family = MetricCatalog.family(name)
        #expect((family.kind == .counter) == name.rawValue.hasSuffix("_total"))
        #expect(family.help.hasSuffix("."), "\(family.help)")
    }

    @Test(.enabled(if: Promtool.isInstalled, Promtool.advice))
    func promtoolHasNothingToComplainOf() async throws {
        let registry = PrometheusRegistry(families: MetricCatalog.families)
        count(in: registry)
        let text = registry.render(
            adding: StatusMetrics.samples(of: MetricsFixture.busy) + ProcessMetrics().samples()
        )
        #expect(!text.contains("NaN"))
        let result = try await Promtool.run(["check", "metrics"], input: text)
        #expect(result == Promtool.Result(status: 0, output: ""))
        // It does not look at what it reads in vain.
        let mistaken = try await Promtool.run(["check", "metrics"], input: "# TYPE a counter\na 1\n")
        #expect(mistaken.status != 0)
    }

    /// As a loop would.
    private func count(in registry: PrometheusRegistry) {
        func counter(_ name: MetricName, _ labels: [(MetricLabel, String)] = []) -> Counter {
            Counter(
                label: name.rawValue,
                dimensions: labels.map { ($0.0.rawValue, $0.1) },
                factory: registry
            )
        }
        counter(.passes, [(.result, PassResult.converged.rawValue)]).increment()
        Timer(label: MetricName.passDuration.rawValue, factory: registry).recordMilliseconds(412)
        for status in ["200", MetricLabel.noAnswer] {
            let endpoint = Endpoint.applications.path
            counter(.requests, [(.method, "GET"), (.endpoint, endpoint), (.status, status)]).increment()
        }
        counter(.retries).increment()
        counter(.writes, [(.action, "update-provider")]).increment()
        counter(.driftCorrected, [(.object, "provider"), (.field, "redirect_uris")]).increment()
        counter(.contestsBegun).increment()
        counter(.notifications, [(.result, NotificationResult.sent.rawValue)]).increment()
    }
}
