import Applying
import Foundation
import Kinds
import Planning
import Testing

@testable import Reporting

/// Plans, and all that is shown of them.
///
/// To write the expectations anew after a change that is meant: `REWRITE_GOLDEN=1 swift test --filter GoldenTests`.
@Suite(.timeLimit(.minutes(60))) struct GoldenTests {
    static let plain = Style(isColored: false)

    /// Each form and what it comes to.
    static var cases: [(name: String, text: String)] {
        let all = SamplePlan.result(SamplePlan.plan)
        let held = SamplePlan.result(SamplePlan.held)
        let calm = SamplePlan.result(Plan(services: SamplePlan.services.filter { $0.decision == .inSync }))
        var withoutSecrets = SamplePlan.result(
            Plan(services: [
                SamplePlan.service("grafana", .create, "new") {
                    $0.changes = [SamplePlan.change(.provider, "client_secret", nil, .unresolvedSecret)]
                    $0.add(
                        .provider,
                        .create([.provider([SamplePlan.assignment("client_secret", .unresolvedSecret)])])
                    )
                }
            ]),
            Narrowing(only: ["grafana"], withoutSecrets: true)
        )
        withoutSecrets.isSandbox = true
        return [
            ("plan.txt", PlanText(style: plain, isVerbose: false).render(all)),
            ("plan-verbose.txt", PlanText(style: plain, isVerbose: true).render(all)),
            ("plan-colored.txt", PlanText(style: Style(isColored: true), isVerbose: false).render(all)),
            ("plan-held.txt", PlanText(style: plain, isVerbose: false).render(held)),
            ("plan-calm.txt", PlanText(style: plain, isVerbose: false).render(calm)),
            ("plan-without-secrets.txt", PlanText(style: plain, isVerbose: false).render(withoutSecrets)),
            ("plan.md", PlanMarkdown(isVerbose: true).render(all)),
            ("plan-held.md", PlanMarkdown(isVerbose: false).render(held)),
            ("plan-calm.md", PlanMarkdown(isVerbose: false).render(calm)),
            ("plan-without-secrets.md", PlanMarkdown(isVerbose: false).render(withoutSecrets)),
            ("plan.json", JSONText.of(SamplePlan.record(SamplePlan.plan))),
            ("plan-access.txt", PlanText(style: plain, isVerbose: false).render(SamplePlan.result(SamplePlan.access))),
            ("plan-access.md", PlanMarkdown(isVerbose: false).render(SamplePlan.result(SamplePlan.access))),
            (
                "plan-access-held.txt",
                PlanText(style: plain, isVerbose: false).render(SamplePlan.result(SamplePlan.heldAccess))
            ),
            ("plan-access.json", JSONText.of(SamplePlan.record(SamplePlan.access))),
            ("plan-held.json", JSONText.of(SamplePlan.record(SamplePlan.held))),
        ]
    }

    @Test(arguments: cases.map(\.name))
    func `plans look as they did`(name: String) throws {
        let text = try #require(Self.cases.first { $0.name == name }).text
        try expectGolden(text, name)
        #expect(!text.contains("s3cr3t"))
    }
}
