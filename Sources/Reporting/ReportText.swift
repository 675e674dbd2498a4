package import Applying
package import AuthentikAPI
package import Base
import Kinds
import Planning
import SecretSources

/// A report as text for terminals: the services, and the counts last.
package struct ReportText: Sendable {
    let style: Style
    /// Whether to leave nothing out: what is in sync, the fields of many new services, and what is more than
    /// ``ListLimit`` allows.
    let isVerbose: Bool
    /// How the program was called, for the commands that are printed.
    package var invocation = Invocation()

    /// The maximum number of services with the same failure that are shown separately; more are grouped.
    static let listedFailures = 10
    /// The maximum number of services named in a group; the rest is counted.
    private static let named = 3

    package init(style: Style, isVerbose: Bool) {
        self.style = style
        self.isVerbose = isVerbose
    }

    /// - Parameters:
    ///   - address: Authentik's address.
    ///   - isSandbox: whether Authentik is a sandbox created for this run.
    package func render(_ report: PassReport, address: AuthentikAddress, isSandbox: Bool) -> String {
        let head = heading(report.release, "\(address)", isSandbox: isSandbox)
        return (head + [""] + rest(report, layout(report))).joined(separator: "\n")
    }

    /// Everything after the heading.
    ///
    /// - Parameter isShown: whether a service was shown before.
    func rest(_ report: PassReport, _ text: ServiceText, isShown: (ServiceOutcome) -> Bool = { _ in false }) -> [String]
    {
        var lines: [String] = []
        for (_, outcomes) in report.shared.filter({ isVerbose || $0.plan.decision != .inSync }).byKind {
            let list = ShortList(outcomes, isVerbose: isVerbose, isRepeatable: false) { $0.listSort }
            lines += list.shown.flatMap { self.lines(of: $0, text) } + text.rest(list.rest)
        }
        let all = shown(report)
        let failures = Dictionary(grouping: all.filter { $0.failure != nil && !isShown($0) }) {
            $0.failure?.message ?? ""
        }
        let many = isVerbose ? [:] : failures.filter { $0.value.count > Self.listedFailures }
        let single = all.filter { isShown($0) || many[$0.failure?.message ?? ""] == nil }
        let list = ShortList(single, isVerbose: isVerbose, isRepeatable: false, isShown: isShown) { $0.listSort }
        lines += list.shown.flatMap { self.lines(of: $0, text) } + text.rest(list.rest)
        for (message, outcomes) in many.sorted(by: { $0.key < $1.key }) {
            let slugs = outcomes.prefix(Self.named).map(\.plan.slug).joined(separator: ", ")
            let rest = count(outcomes.count - Self.named, "other")
            let line = "x \(count(outcomes.count, "service")) (\(slugs) and \(rest)): \(message)"
            lines += style.lines(line.printable, indent: 2, color: .red)
        }
        lines += text.briefRemark
        if !lines.isEmpty { lines.append("") }
        if let held = report.heldDeletions {
            let command = invocation.command("--once", "--allow-deletions", "\(held.deletions)")
            lines += [style.red(held.description(allowing: command).printable), ""]
        }
        if let remark = placeholderRemark(report.secrets.placeholders) {
            lines += style.lines(remark, indent: 0) + [""]
        }
        let remarks = style.remarks(Exposure(report), Unserved(report))
        if !remarks.isEmpty { lines += remarks + [""] }
        return lines + style.lines(ReportSummary(report, style).text, indent: 0)
    }

    private func shown(_ report: PassReport) -> [ServiceOutcome] {
        report.outcomes.filter { isVerbose || $0.plan.isToBeShown || $0.failure != nil }
    }

    private func layout(_ report: PassReport) -> ServiceText {
        let shown = shown(report)
        let shared = report.shared.filter { isVerbose || $0.plan.decision != .inSync }
        return ServiceText(
            style: style,
            isVerbose: isVerbose,
            slugs: shown.map(\.plan.slug) + shared.map(\.name),
            words: shown.map(\.word) + shared.map(\.word),
            creates: shown.count { $0.plan.decision == .create && $0.failure == nil }
        )
    }

    /// A layout for the services of a plan, before the outcomes are known.
    func layout(_ plan: Plan) -> ServiceText {
        let shown = plan.services.filter { isVerbose || $0.isToBeShown }
        let shared = plan.shared.filter { isVerbose || $0.decision != .inSync }
        return ServiceText(
            style: style,
            isVerbose: isVerbose,
            slugs: shown.map(\.slug) + shared.map(\.name),
            words: (shown.map(\.decision) + shared.map(\.decision)).map(\.look.done),
            creates: shown.count { $0.decision == .create }
        )
    }

    func lines(of outcome: ServiceOutcome, _ text: ServiceText) -> [String] {
        let look = outcome.plan.decision.look
        guard outcome.failure == nil else {
            return text.headline(outcome.plan, outcome.word, sign: "x", color: .red)
                + (outcome.failure.map(text.failure) ?? []) + text.notes(outcome.plan)
        }
        var lines = text.headline(outcome.plan, outcome.word, sign: look.sign, color: look.color)
        if let deletion = outcome.plan.deletion { lines += text.deletion(deletion, verb: "deleted") }
        if outcome.plan.decision == .conflict, !outcome.plan.changes.isEmpty {
            lines.append("      left alone; it differs from the file:")
        }
        lines += text.changes(of: outcome.plan)
        lines += text.restart(outcome.restarted, verb: "restarted")
        return lines + text.notes(outcome.plan)
    }

    private func lines(of outcome: SharedOutcome, _ text: ServiceText) -> [String] {
        let (plan, look) = (outcome.plan, outcome.plan.decision.look)
        let (sign, color) = outcome.failure == nil ? (look.sign, look.color) : ("x", .red)
        return text.headline(plan.name, outcome.word, plan.reason, sign: sign, color: color)
            + (outcome.failure.map(text.failure) ?? text.changes(plan.changes))
    }
}

extension ServiceOutcome {
    /// The outcome, in a word or two.
    var word: String {
        let look = plan.decision.look
        if failure != nil { return "\(look.planned) failed" }
        return plan.isHeldBack ? "held back" : look.done
    }
}

extension SharedOutcome {
    /// The outcome, in a word or two.
    var word: String {
        let look = plan.decision.look
        if failure != nil { return "\(look.planned) failed" }
        return plan.isHeld ? "held back" : look.done
    }
}

extension ServiceOutcome {
    /// What it is counted as where there are too many.
    var listSort: ListSort {
        guard failure == nil else { return ListSort("failed", isUrgent: true) }
        return ListSort(word, isUrgent: plan.deletion != nil || plan.decision == .conflict)
    }
}

extension SharedOutcome {
    /// What it is counted as where there are too many.
    fileprivate var listSort: ListSort {
        guard failure == nil else { return ListSort("failed", isUrgent: true) }
        return ListSort(word, isUrgent: [.delete, .conflict].contains(plan.decision))
    }
}

/// The last line of a report: how many services there are, what became of them, and what that took.
///
/// Each service is counted once, so that the numbers add up.
struct ReportSummary {
    /// `3 services: 2 updated, 1 failed; 1 group: 1 created`.
    let counts: String
    /// `12 requests, 2 writes, in 0.31 s`.
    let requests: String
    /// `Authentik answered slowly: at most 2 requests at a time`; nil if it did not.
    let slowdown: String?

    init(_ report: PassReport, _ style: Style = Style(isColored: false)) {
        let outcomes = report.outcomes.map { outcome in
            (outcome.plan.decision, outcome.failure, outcome.plan.isHeldBack, outcome.plan.isUncompared)
        }
        let services = Self.parts(outcomes, style)
        let shared = report.shared.byKind.map { kind, outcomes in
            let parts = Self.parts(outcomes.map { ($0.plan.decision, $0.failure, $0.plan.isHeld, false) }, style)
            return "; \(Base.count(outcomes.count, kind.noun, kind.plural))\(parts)"
        }
        counts = "\(Base.count(report.outcomes.count, "service"))\(services)\(shared.joined())"
        let writes = report.requests.writes == 0 ? "no writes" : Base.count(report.requests.writes, "write")
        requests = "\(Base.count(report.requests.total, "request")), \(writes), in \(seconds(report.duration))"
        slowdown = report.requests.limitedTo.map {
            "Authentik answered slowly: at most \(Base.count($0, "request")) at a time"
        }
    }

    var text: String { ([counts, requests] + [slowdown].compactMap(\.self)).joined(separator: ". ") + "." }

    private static func parts(
        _ outcomes: [(decision: Decision, failure: ServiceFailure?, isHeld: Bool, isUncompared: Bool)],
        _ style: Style
    ) -> String {
        var parts = Decision.allCases.map { decision in
            let done = outcomes.count {
                $0.decision == decision && $0.failure == nil && !$0.isHeld && !$0.isUncompared
            }
            return (done, decision.look.done, false)
        }
        parts.append((outcomes.count { $0.isUncompared && $0.failure == nil }, ServicePlan.uncompared, false))
        parts.append((outcomes.count { $0.isHeld && $0.failure == nil }, "held back", true))
        parts.append((outcomes.count { $0.failure?.isNotBegun == false }, "failed", true))
        parts.append((outcomes.count { $0.failure?.isNotBegun == true }, "not attempted", true))
        let texts = parts.filter { $0.0 > 0 }.map { number, word, isBad in
            isBad ? style.red("\(number.grouped) \(word)") : "\(number.grouped) \(word)"
        }
        return texts.isEmpty ? "" : ": \(texts.joined(separator: ", "))"
    }
}
