import AuthentikAPI
import Base
import Kinds
import Planning
import Synchronization
import Testing

@testable import Applying
@testable import Reporting

/// How plans and reports fit a terminal, and what they leave out where there is much.
@Suite(.timeLimit(.minutes(60))) struct LayoutTests {
    private static let result = SamplePlan.result(SamplePlan.plan)

    // MARK: - Wrapping

    @Test(arguments: [
        ("short", 10, ["short"]), ("one two three", 8, ["one two", "three"]),
        ("https://example.org/callback", 12, ["https://", "example.org/", "callback"]),
        ("aaaaaaaaaaaaaa", 6, ["aaaaaa", "aaaaaa", "aa"]), ("日本語テスト", 4, ["日本", "語テ", "スト"]),
    ])
    func `text is broken at spaces, and in a word only where that is too long`(
        text: String,
        width: Int,
        lines: [String]
    ) {
        #expect(text.wrapped(to: width) == lines)
        #expect(text.wrapped(to: nil) == [text])
    }

    @Test(arguments: [40, 60, 80, 100, 132])
    func `nothing is wider than the terminal, and nothing is lost`(width: Int) {
        let style = Style(isColored: false, width: width)
        for plan in [SamplePlan.plan, SamplePlan.held, SamplePlan.access] {
            let text = PlanText(style: style, isVerbose: true).render(SamplePlan.result(plan))
            let wide = PlanText(style: GoldenTests.plain, isVerbose: true).render(SamplePlan.result(plan))
            // Commands are to be pasted, and stay on their lines.
            let lines = text.split(separator: "\n").filter { !$0.contains("reconcile --once") && !isTitle($0) }
            #expect(lines.filter { String($0).columns > width } == [])
            // On a narrow one, `(none) → x` becomes `+ x`, and objects are named again.
            if width >= 80 { #expect(letters(text) == letters(wide)) }
        }
    }

    private func isTitle(_ line: Substring) -> Bool { line.first != " " }

    private func letters(_ text: String) -> [Character: Int] {
        text.reduce(into: [:]) { counts, character in if character.isLetter { counts[character, default: 0] += 1 } }
    }

    @Test func `a narrow terminal shows the values below their fields`() throws {
        try expectGolden(
            PlanText(style: Style(isColored: false, width: 48), isVerbose: false).render(Self.result),
            "plan-narrow.txt"
        )
    }

    @Test func `redirect URIs that stay are counted, and shown if that is asked for`() {
        let plan = Plan(services: [
            SamplePlan.service("grafana", .update, "redirectURIs differs") {
                let kept = (1...5).map { "https://\($0).example.net/" }
                $0.changes = [
                    SamplePlan.change(
                        .provider,
                        "redirect_uris",
                        Self.uris(kept + ["https://old/"]),
                        Self.uris(kept + ["https://new/"])
                    )
                ]
            }
        ])
        let brief = PlanText(style: GoldenTests.plain, isVerbose: false).render(SamplePlan.result(plan))
        #expect(brief.contains("redirectURIs    (5 unchanged)\n"))
        #expect(brief.contains("- https://old/\n") && brief.contains("+ https://new/\n"))
        #expect(!brief.contains("https://3.example.net/"))
        let verbose = PlanText(style: GoldenTests.plain, isVerbose: true).render(SamplePlan.result(plan))
        #expect(verbose.contains("  https://3.example.net/\n"))
    }

    private static func uris(_ urls: [String]) -> FieldValue {
        .redirectURIs(urls.map { .init(matchingMode: "strict", url: $0) })
    }

    // MARK: - Many services

    @Test(arguments: [10, 200])
    func `many new services are a line each`(count: Int) {
        let plan = Self.creates(count)
        let result = SamplePlan.result(plan)
        let text = PlanText(style: GoldenTests.plain, isVerbose: false).render(result)
        let verbose = PlanText(style: GoldenTests.plain, isVerbose: true).render(result)
        #expect(verbose.contains("name  App 7"))
        #expect(text.contains("name  App 7") == (count == 10))
        #expect(
            text.contains("The fields of the \(count) new services are not shown; --verbose shows them.")
                == (count > 10)
        )
        #expect(text.contains("Changes: \(count)\n") && text.contains("Plan: \(count) to create."))
        let markdown = PlanMarkdown(isVerbose: false).render(result)
        #expect(markdown.contains("App 7") == (count == 10))
        #expect(markdown.contains("--verbose`") == (count > 10))
        #expect(markdown.contains("- **create** `app-7`") == (count > 10))
        let report = Self.report(plan.services.map { ServiceOutcome(plan: $0) })
        let done = ReportText(style: GoldenTests.plain, isVerbose: false)
            .render(report, address: result.address, isSandbox: false)
        #expect(done.contains("name  App 7") == (count == 10))
        #expect(done.contains("\(count) services: \(count) created."))
    }

    @Test func `ten thousand services fit on a few screens, and the numbers are whole`() {
        let urgent: Set<Decision> = [.conflict, .delete]
        var services: [ServicePlan] = []
        for decision in Decision.allCases {
            services += (0..<10_000).map { number in
                SamplePlan.service("\(decision.rawValue)-\(number)", decision, "because") {
                    $0.deletion = decision == .delete ? Deletion(application: $0.slug) : nil
                }
            }
        }
        let result = SamplePlan.result(Plan(services: services))
        let text = PlanText(style: GoldenTests.plain, isVerbose: false).render(result)
        let lines = text.split(separator: "\n").map(String.init)
        for decision in Decision.allCases where decision != .inSync {
            let limit = urgent.contains(decision) ? ListLimit.urgent : ListLimit.listed
            #expect(lines.count { $0.contains(" \(decision.rawValue)-") } >= limit)
            #expect(!text.contains("\(decision.rawValue)-\(limit) "))
            let words = decision == .delete ? "deletions" : decision.look.summary
            #expect(
                lines.contains("  and \((10_000 - limit).grouped) more \(words); --verbose shows all"),
                "\(decision)"
            )
            #expect(text.contains("10,000 \(decision.look.summary)"))
        }
        #expect(lines.count < 1500)
        let verbose = PlanText(style: GoldenTests.plain, isVerbose: true).render(result)
        #expect(verbose.contains("create-9999 ") && verbose.contains("in-sync-9999 ") && !verbose.contains("--verbose"))

        let report = Self.report(services.map { ServiceOutcome(plan: $0) })
        let done = ReportText(style: GoldenTests.plain, isVerbose: false)
            .render(report, address: result.address, isSandbox: false)
        #expect(done.contains("  and 9,950 more created\n"))
        #expect(done.contains("  and 9,800 more deleted\n"))
        #expect(done.contains("10,000 created") && done.split(separator: "\n").count < 1500)
    }

    @Test func `of ten thousand failures for reasons of their own two hundred are shown`() {
        let outcomes = (0..<10_000).map { number in
            var outcome = ServiceOutcome(plan: SamplePlan.service("app-\(number)", .update, "because"))
            outcome.failure = ServiceFailure("reason \(number)")
            return outcome
        }
        let text = ReportText(style: GoldenTests.plain, isVerbose: false)
            .render(Self.report(outcomes), address: Self.result.address, isSandbox: false)
        #expect(text.contains("reason 199\n") && !text.contains("reason 200\n"))
        #expect(text.contains("  and 9,800 more failed\n"))
        #expect(text.contains("10,000 services: 10,000 failed."))
    }

    @Test func `ten thousand new services are fifty lines of a comment`() {
        let result = SamplePlan.result(Self.creates(10_000))
        let text = PlanMarkdown(isVerbose: false).render(result)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("- **create**") } == ListLimit.listed)
        let rest = "And **9,950 more**, without their fields; `reconcile plan --verbose` shows all of them."
        #expect(text.contains(rest))
        #expect(text.contains("10,000 to create") && !text.contains("Left out"))
        let outcomes = result.plan.services.map { ServiceOutcome(plan: $0) }
        let report = ReportMarkdown(isVerbose: false)
            .render(Self.report(outcomes), address: result.address, isSandbox: false) { _ in "" }
        #expect(report.contains("And **9,950 more**") && report.contains("10,000 created"))
    }

    private static func creates(_ count: Int) -> Plan {
        Plan(
            services: (0..<count).map { number in
                SamplePlan.service("app-\(number)", .create, "new") {
                    $0.changes = [SamplePlan.change(.application, "name", nil, .text("App \(number)"))]
                    $0.add(.application, .create([.application([SamplePlan.assignment("name", .text("App"))])]))
                }
            }
        )
    }

    // MARK: - Reports

    static func report(_ outcomes: [ServiceOutcome], held: HeldDeletions? = nil) -> PassReport {
        var requests = RequestCounts()
        (requests.reads, requests.writes) = (14, 5)
        return PassReport(
            release: result.release,
            outcomes: outcomes,
            heldDeletions: held,
            requests: requests,
            duration: .milliseconds(310)
        )
    }

    /// One with something of everything.
    static var sample: PassReport {
        let outcomes = SamplePlan.plan.services.map { plan in
            var outcome = ServiceOutcome(plan: plan)
            if plan.slug == "trivy" {
                outcome.failure = ServiceFailure("Authentik rejects it (400 to POST /api/v3/core/applications/)")
                outcome.failure?.fields = [.init(field: "meta_launch_url", message: "Enter a valid URL. @octocat")]
                outcome.failure?.requestID = "9e58c942"
            }
            if plan.hindrance != nil { outcome.failure = plan.hindrance.map { ServiceFailure($0) } }
            return outcome
        }
        return report(outcomes)
    }

    @Test(arguments: [("report.txt", false), ("report.md", true)])
    func `a report looks as it did`(name: String, isMarkdown: Bool) throws {
        let text =
            isMarkdown
            ? ReportMarkdown(isVerbose: false)
                .render(Self.sample, address: Self.result.address, isSandbox: false) { "reconcile \($0.deletions)" }
            : ReportText(style: GoldenTests.plain, isVerbose: false)
                .render(Self.sample, address: Self.result.address, isSandbox: false)
        try expectGolden(text, name)
        #expect(!text.contains("s3cr3t"))
    }

    @Test func `a summary of ten thousand services fits, and says how many it leaves out`() {
        let hostile = "`\u{202E}@octocat](https://evil.example) <img src=x>"
        let outcomes = (0..<10_000).map { number in
            var outcome = ServiceOutcome(plan: SamplePlan.service("\(number)\(hostile)", .update, hostile))
            if number % 2 == 0 { outcome.failure = ServiceFailure("\(number) \(hostile)") }
            return outcome
        }
        let text = ReportMarkdown(isVerbose: true)
            .render(Self.report(outcomes), address: Self.result.address, isSandbox: false) { _ in "" }
        #expect(text.utf8.count <= CommentBudget.limit)
        #expect(text.contains("10,000 services: 5,000 updated, 5,000 failed"))
        #expect(text.contains("**Left out, since a comment takes"))
    }

    @Test func `failures with one reason are shown together`() {
        let outcomes = (10..<60).map { number in
            var outcome = ServiceOutcome(plan: Self.creates(1).services[0])
            outcome.plan.slug = "app-\(number)"
            outcome.failure = ServiceFailure("not attempted: the run was interrupted")
            outcome.failure?.isNotBegun = true
            return outcome
        }
        let report = Self.report(outcomes)
        let text = ReportText(style: GoldenTests.plain, isVerbose: false)
            .render(report, address: Self.result.address, isSandbox: false)
        #expect(
            text.contains(
                "x 50 services (app-10, app-11, app-12 and 47 others): not attempted: the run was interrupted\n"
            )
        )
        #expect(text.contains("50 services: 50 not attempted."))
        #expect(report.extent == "0 of 50 services done")
    }

    @Test func `the numbers add up, whatever is decided`() {
        for plan in [SamplePlan.plan, SamplePlan.held, SamplePlan.access, SamplePlan.heldAccess] {
            let summary = PlanSummary(plan.services)
            #expect(sum(summary.planned + summary.others) == plan.services.count)
            let report = Self.report(plan.services.map { ServiceOutcome(plan: $0) })
            let parts = ReportSummary(report).counts.split(separator: ": ").last?.split(separator: ", ").map(
                String.init
            )
            #expect(sum(parts ?? []) == plan.services.count)
        }
    }

    /// Of the numbers that stand without a noun: of services.
    private func sum(_ parts: [String]) -> Int {
        parts.filter { !$0.contains("binding") && !$0.contains("provider") }
            .compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }.reduce(0, +)
    }

    // MARK: - While it is under way

    @Test func `of many services the first are shown while the pass is under way, and the rest is counted`() {
        let written = Mutex<[String]>([])
        let text = ReportText(style: GoldenTests.plain, isVerbose: false)
        let live = LiveReport(text, address: Self.result.address, isSandbox: { false }) { line in
            written.withLock { $0.append(line) }
        }
        let plan = Self.creates(500)
        live.begin(plan, Self.result.release)
        let outcomes = plan.services.map { plan in
            var outcome = ServiceOutcome(plan: plan)
            if plan.slug.hasSuffix("3") { outcome.failure = ServiceFailure("no \(plan.slug)") }
            return outcome
        }
        outcomes.reversed().forEach(live.show)
        let first = written.withLock { $0 }.dropFirst()
        #expect(first.count { $0.contains("created") } == ListLimit.listed)
        #expect(first.count { $0.contains("failed") } == ReportText.listedFailures)
        let rest = live.rest(Self.report(outcomes))
        #expect(rest.contains("  and 400 more created\n"))
        // Those that were shown are not shown again; all others that failed are.
        #expect(rest.split(separator: "\n").count { $0.contains("create failed") } == 40)
        #expect(rest.hasPrefix("  x app-") && rest.contains("500 services: 450 created, 50 failed."))
    }

    @Test func `services are shown as soon as they are finished, and no service twice`() {
        let written = Mutex<[String]>([])
        let text = ReportText(style: GoldenTests.plain, isVerbose: false)
        let live = LiveReport(text, address: Self.result.address, isSandbox: { false }) { line in
            written.withLock { $0.append(line) }
        }
        let report = Self.sample
        live.begin(SamplePlan.plan, Self.result.release)
        for outcome in report.outcomes.reversed() where !outcome.plan.steps.isEmpty {
            var first = outcome
            // What changed meanwhile is looked at again, and is shown when that is done.
            if first.plan.slug == "docs" { first.failure = .outdated("it changed") }
            live.show(first)
        }
        let shown = written.withLock { $0 }
        #expect(shown.first == "Authentik 2025.12.4 at https://sso.example.net\n")
        #expect(shown.dropFirst().map { $0.split(separator: " ")[1] } == ["trivy", "old", "grafana"])
        let all = shown + [live.rest(report)]
        for outcome in report.outcomes where outcome.plan.isToBeShown {
            let lines = all.joined(separator: "\n").split(separator: "\n").filter {
                $0.hasPrefix("  ") && $0.dropFirst(4).hasPrefix(outcome.plan.slug)
            }
            #expect(lines.count == 1)
        }
        #expect(all.last?.hasSuffix("in 0.31 s.") == true)
    }
}
