import AuthentikAPI
import Foundation
import JSON
import Planning
import TestSupport
import Testing

@testable import Applying
@testable import Reporting

@Suite(.timeLimit(.minutes(60))) struct SchemaTests {
    private static let withGroups = {
        var plan = SamplePlan.plan
        plan.shared = [.group("family", pk: nil), .group("admins", pk: "a")]
        return plan
    }()

    @Test(arguments: [
        SamplePlan.plan, SamplePlan.held, withGroups, SamplePlan.access, SamplePlan.heldAccess, Plan(services: []),
    ])
    func describesEveryPlan(_ plan: Plan) throws {
        let json = try JSONValue(parsing: Array(JSONText.of(SamplePlan.record(plan)).utf8))
        #expect(try schema("plan").mistakes(in: json) == [])
    }

    @Test func namesEveryDecisionAndWrite() throws {
        let definitions = try json("plan")["$defs"]
        let decisions = definitions?["service"]?["properties"]?["decision"]?["enum"]
        #expect(decisions == .array(Decision.allCases.map { .string($0.rawValue) }))
        let actions = definitions?["write"]?["properties"]?["action"]?["enum"]
        #expect(actions == .array(WriteRecord.Action.allCases.map { .string($0.rawValue) }))
    }

    @Test func describesAReportOfWhoMayOpenWhat() throws {
        let plan = SamplePlan.access
        let report = PassReport(
            release: SamplePlan.result(plan).release,
            outcomes: plan.services.map { ServiceOutcome(plan: $0, failure: $0.hindrance.map(ServiceFailure.init)) },
            shared: plan.shared.map { SharedOutcome(plan: $0, failure: ServiceFailure("no")) },
            requests: RequestCounts(),
            duration: .seconds(1)
        )
        let document = ReportDocument(report, address: SamplePlan.result(plan).address)
        let json = try JSONValue(parsing: Array(JSONText.of(document).utf8))
        #expect(try schema("report").mistakes(in: json) == [])
        #expect(
            json["services"]?.array?.map { $0["access"]?["state"]?.string } == [
                "restricted", "everyone", "restricted", "unmanaged", "restricted", "closed", "blocked", "unmanaged",
            ]
        )
    }

    @Test func theCheckFindsMistakes() throws {
        var members = try #require(
            JSONValue(parsing: Array(JSONText.of(SamplePlan.record(SamplePlan.plan)).utf8)).object
        )
        members["owner"] = 7
        members["version"] = 2
        members["surplus"] = true
        members["services"] = [["slug": "a", "decision": "guess"]]
        let mistakes = try schema("plan").mistakes(in: .object(members))
        for mistake in ["$ has surplus", "$.version is not", "$.owner is no", "$.services[0].decision is none of"] {
            #expect(mistakes.contains { $0.hasPrefix(mistake) }, "\(mistakes)")
        }
        #expect(mistakes.contains("$.services[0] lacks writes"))
    }

    private func schema(_ name: String) throws -> JSONSchema { JSONSchema(try json(name)) }

    private func json(_ name: String) throws -> JSONValue {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try JSONValue(
            parsing: Data(contentsOf: package.appending(path: "manifests/schemas/\(name).schema.json"))
        )
    }
}
