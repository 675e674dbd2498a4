import AuthentikAPI
import Kinds
import Planning
import Testing

@testable import Applying
@testable import Reporting

/// Which services anybody may open, below a plan and a report.
@Suite(.timeLimit(.minutes(60))) struct ExposureTests {
    private func service(_ slug: String, _ state: AccessStanding.State?, isExposed: Bool = true) -> ServicePlan {
        SamplePlan.service(slug, .inSync, "as declared") {
            $0.access = state.map { SamplePlan.standing($0) }
            $0.access?.isExposed = isExposed
        }
    }

    private func lines(_ services: [ServicePlan]) -> [String] { Exposure(services).lines { $0 } }

    @Test func `nothing is said where nobody looked, or all is well`() {
        #expect(lines([service("a", nil), service("b", .unmanaged, isExposed: false)]).isEmpty)
        #expect(lines([service("c", .everyone, isExposed: false)]).isEmpty)
    }

    @Test func `what the file does not say is told apart from what it says in vain`() {
        let services = [service("a", .unmanaged), service("b", .blocked), service("c", .unmanaged)]
        #expect(
            lines(services) == [
                "1 service is open to everybody, although the file says who may open it: b",
                "2 services are open to everybody: a, c (no 'access' in the file)",
            ]
        )
    }

    @Test func `of many a dozen are named`() {
        let line = lines((10..<30).map { service("s\($0)", .unmanaged) }).first
        #expect(line?.hasPrefix("20 services are open to everybody: s10, ") == true)
        #expect(line?.hasSuffix("s21, and 8 others (no 'access' in the file)") == true)
    }

    @Test func `a report does not speak of what was not made`() {
        var new = service("new", .unmanaged)
        new.decision = .create
        let outcomes = [
            ServiceOutcome(plan: new, failure: ServiceFailure("refused")),
            ServiceOutcome(plan: service("old", .unmanaged)),
        ]
        let report = PassReport(
            release: SamplePlan.result(SamplePlan.plan).release,
            outcomes: outcomes,
            requests: RequestCounts(),
            duration: .seconds(1)
        )
        let text = ReportText(style: GoldenTests.plain, isVerbose: false)
            .render(report, address: SamplePlan.result(SamplePlan.plan).address, isSandbox: false)
        #expect(text.contains("\n1 service is open to everybody: old (no 'access' in the file).\n\n2 services: "))
    }
}
