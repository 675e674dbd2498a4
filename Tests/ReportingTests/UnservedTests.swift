import AuthentikAPI
import Base
import FoundationEssentials
import JSON
import Kinds
import Planning
import Testing

@testable import Applying
@testable import Reporting

/// Which services nobody gets through to, below a plan and a report.
@Suite(.timeLimit(.minutes(60))) struct UnservedTests {
    private static let since = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))

    private func service(_ slug: String, _ health: Outpost.Health?, outpost name: String = "edge") -> ServicePlan {
        SamplePlan.service(slug, .inSync, "as declared") {
            var outpost = Outpost(pk: name, name: name)
            guard let health else { return }
            outpost.health = health
            $0.serving = ServingStanding(servedBy: outpost)
        }
    }

    private func lines(_ services: [ServicePlan]) -> [String] { Unserved(services).lines { $0 } }

    @Test func `nothing is said where all is well, or nobody knows`() {
        let services = [
            service("a", nil), service("b", .seen(at: Self.since)), service("c", .unknown(reason: "x")),
        ]
        #expect(lines(services) == [])
    }

    @Test func `the services of an outpost are told together`() {
        let services = [
            service("a", .notSeen(since: Self.since)), service("b", .notSeen(since: nil), outpost: "other"),
            service("c", .notSeen(since: Self.since)),
        ]
        #expect(
            lines(services) == [
                "nobody can reach 2 services, because the outpost 'edge' was last seen at 2027-01-15T08:00:00.000Z: a, c",
                "nobody can reach 1 service, because no instance of the outpost 'other' has connected to Authentik: b",
            ]
        )
        let many = lines((10..<30).map { service("s\($0)", .notSeen(since: nil)) }).first
        #expect(many?.hasSuffix("s21, and 8 others") == true)
    }

    @Test func `a report warns of it, and is converged all the same`() throws {
        let outcomes = [ServiceOutcome(plan: service("trivy", .notSeen(since: Self.since)))]
        let report = PassReport(
            release: SamplePlan.result(SamplePlan.plan).release,
            outcomes: outcomes,
            requests: RequestCounts(),
            duration: .seconds(1)
        )
        #expect(report.isConverged)
        let address = SamplePlan.result(SamplePlan.plan).address
        let text = ReportText(style: GoldenTests.plain, isVerbose: false)
            .render(report, address: address, isSandbox: false)
        #expect(
            text.contains(
                "\nwarning: Nobody can reach 1 service, because the outpost 'edge' was last seen at "
                    + "2027-01-15T08:00:00.000Z: trivy.\n\n1 service: "
            )
        )
        let json = try JSONValue(parsing: Array(JSONText.of(ReportDocument(report, address: address)).utf8))
        let serving = json["services"]?.array?.first?["serving"]
        #expect(serving?["state"] == "outpost-not-seen")
        #expect(serving?["lastSeen"] == "2027-01-15T08:00:00.000Z")
    }
}
