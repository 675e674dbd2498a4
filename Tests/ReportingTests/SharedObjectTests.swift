import AuthentikAPI
import Base
import Foundation
import JSON
import Kinds
import Testing
import Verification

@testable import Applying
@testable import Planning
@testable import Reporting

/// A kind without services that nobody has told the outputs of is told of as groups are.
@Suite(.timeLimit(.minutes(60))) struct SharedObjectTests {
    private static let recipe = Kind(
        "recipe",
        .scopeMappings,
        identity: ["name"],
        ownership: .marked,
        noun: "cooking recipe",
        requests: []
    )

    private static let soup = SharedObjectPlan(
        SharedName(recipe, "soup"),
        pk: "s-1",
        .update,
        reason: "expression differs",
        changes: [FieldChange(object: .provider, field: "expression", before: .text("salt"), after: .text("pepper"))],
        effect: .create([.group(named: "soup")])
    )
    private static let stew = SharedObjectPlan(SharedName(recipe, "stew"), .conflict, reason: "it is somebody else's")

    private static let result = {
        var plan = Plan(services: [])
        plan.shared = [.group("family", pk: nil), soup, stew, .group("admins", pk: "a")]
        return SamplePlan.result(plan)
    }()

    private func json(_ document: some Encodable) throws -> JSONValue {
        try JSONValue(parsing: Array(JSONText.of(document).utf8))
    }

    @Test func `a terminal shows a block for each kind`() {
        let text = PlanText(style: GoldenTests.plain, isVerbose: true).render(Self.result)
        #expect(
            text == """
                Authentik 2025.12.4 at https://sso.example.net

                Groups
                  + family  create    new group
                  = admins  in sync   the group exists

                Cooking recipes
                  ~ soup    update    expression differs
                      provider     expression  salt → pepper
                  ! stew    conflict  it is somebody else's

                Plan: 1 group to create, 1 cooking recipe to update; 1 cooking recipe in conflict.
                Run: reconcile --once
                """
        )
    }

    @Test func `a comment has a list for each kind`() {
        let text = PlanMarkdown(isVerbose: false).render(Self.result)
        #expect(
            text.hasSuffix(
                """
                #### Groups: 1

                - **create** `family`

                #### Cooking recipes: 2

                - **update** `soup`
                  ```diff
                  @@ provider @@
                  - expression  salt
                  + expression  pepper
                  ```
                - **conflict** `stew`: `it is somebody else's`
                """
            )
        )
    }

    @Test func `a record has a member for each kind`() throws {
        let record = SamplePlan.record(Self.result.plan)
        let json = try self.json(record)
        #expect(json["groups"] == [["name": "family", "action": "create"], ["name": "admins", "action": "in-sync"]])
        let recipes = try #require(json["cookingRecipes"]?.array)
        #expect(recipes.map { $0["name"] } == ["soup", "stew"])
        #expect(recipes.map { $0["action"] } == ["update", "conflict"])
        #expect(recipes[0]["changes"]?.array?.first?["field"] == "expression")
        #expect(recipes[1]["changes"] == nil)
        let now = SamplePlan.record(Plan(services: []))
        #expect(
            record.differences(from: now).map(\.message) == [
                "group 'family': planned create; now not declared",
                "cooking recipe 'soup': planned update; now not declared",
                "cooking recipe 'stew': planned conflict; now not declared",
                "group 'admins': planned in-sync; now not declared",
            ]
        )
        var other = record
        other.shared[1].changes?[0].after = ["sugar"]
        #expect(
            record.differences(from: other).map(\.message) == [
                "cooking recipe 'soup': provider.expression: planned salt → pepper; now salt → sugar"
            ]
        )
    }

    @Test func `a report tells what became of each`() throws {
        let report = PassReport(
            release: Self.result.release,
            outcomes: [],
            shared: [
                SharedOutcome(plan: .group("family", pk: nil), made: "f"),
                SharedOutcome(plan: Self.soup, failure: ServiceFailure("no")), SharedOutcome(plan: Self.stew),
            ],
            requests: RequestCounts(),
            duration: .seconds(1)
        )
        #expect(!report.isConverged)
        let text = ReportText(style: GoldenTests.plain, isVerbose: false)
            .render(report, address: Self.result.address, isSandbox: false)
        #expect(
            text == """
                Authentik 2025.12.4 at https://sso.example.net

                  + family  created        new group
                  x soup    update failed  expression differs
                      error: no
                  ! stew    conflict       it is somebody else's

                0 services; 1 group: 1 created; 2 cooking recipes: 1 conflict, 1 failed. 0 \
                requests, no writes, in 1.00 s.
                """
        )
        let json = try self.json(ReportDocument(report, address: Self.result.address))
        #expect(json["groups"] == [["name": "family", "action": "create", "isConverged": true]])
        #expect(json["cookingRecipes"]?.array?.map { $0["isConverged"] } == [false, false])
        #expect(json["cookingRecipes"]?.array?.first?["error"]?["message"] == "no")
    }
}

/// What documents write down by hand, since their members for kinds stand among their own.
@Suite(.timeLimit(.minutes(60))) struct DocumentMembersTests {
    /// Fails once a member is added that is not written, or not set here.
    private func expectEveryMember(of document: some Encodable) throws {
        let json = try JSONValue(parsing: Array(JSONText.of(document).utf8))
        let written = Set(try #require(json.object).keys)
        let members = Mirror(reflecting: document).children.compactMap(\.label)
        #expect(written == Set(members).subtracting(["shared"]).union(["groups"]))
    }

    @Test func `a plan is written whole, and reads back as itself`() throws {
        var plan = SamplePlan.held
        plan.services += SamplePlan.access.services
        plan.shared = [.group("family", pk: nil), .group("admins", pk: "a")]
        let result = SamplePlan.result(plan)
        let record = PlanRecord(
            plan,
            release: result.release,
            address: result.address,
            owner: "homelab",
            allowedDeletions: 3
        )
        try expectEveryMember(of: record)
        #expect(try readBack(record) == record)
        // Policies that are only used are called the same, and in no document.
        plan.shared = SamplePlan.access.shared
        let withPolicy = SamplePlan.record(plan)
        #expect(try readBack(withPolicy) == withPolicy)
    }

    private func readBack(_ record: PlanRecord) throws -> PlanRecord {
        try JSONDecoder().decode(PlanRecord.self, from: Data(JSONText.of(record).utf8))
    }

    @Test func `a report is written whole`() throws {
        let report = PassReport(
            release: SamplePlan.result(SamplePlan.plan).release,
            outcomes: [],
            shared: [SharedOutcome(plan: .group("family", pk: nil))],
            heldDeletions: SamplePlan.held.heldDeletions,
            requests: RequestCounts(),
            duration: .seconds(1)
        )
        let verification = VerificationReport(
            release: report.release,
            address: "https://sso.example.net",
            services: [],
            withoutLogin: 0,
            requests: 0,
            duration: .zero
        )
        let address = SamplePlan.result(SamplePlan.plan).address
        try expectEveryMember(of: ReportDocument(report, address: address, verification: verification))
    }
}
