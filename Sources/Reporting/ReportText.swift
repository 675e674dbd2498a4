package import Applying
package import AuthentikAPI
import Base
import Kinds
import Planning
import SecretSources

/// A report for people at a terminal: the services, and the counts last.
package struct ReportText {
    let style: Style
    /// Whether to show what is in sync, too.
    let isVerbose: Bool

    package init(style: Style, isVerbose: Bool) {
        self.style = style
        self.isVerbose = isVerbose
    }

    /// - Parameters:
    ///   - address: of Authentik.
    ///   - isSandbox: whether that is one made for this run.
    package func render(_ report: PassReport, address: AuthentikAddress, isSandbox: Bool) -> String {
        let shown = report.outcomes.filter { isVerbose || $0.plan.isToBeShown }
        let shared = report.shared.filter { isVerbose || $0.plan.decision != .inSync }
        let text = ServiceText(
            style: style,
            slugs: shown.map(\.plan.slug) + shared.map(\.name),
            words: shown.map(word) + shared.map(word)
        )
        let heading = heading(report.release, "\(address)", isSandbox: isSandbox)
        var lines = heading + [""]
        lines += shared.flatMap { self.lines(of: $0, text) }
        for outcome in shown {
            let look = outcome.plan.decision.look
            if let failure = outcome.failure {
                lines.append(text.headline(outcome.plan, word(outcome), sign: "x", color: .red))
                lines += text.failure(failure)
            } else {
                lines.append(text.headline(outcome.plan, word(outcome), sign: look.sign, color: look.color))
                if let deletion = outcome.plan.deletion { lines.append(text.deletion(deletion, verb: "deleted")) }
                if outcome.plan.decision == .conflict, !outcome.plan.changes.isEmpty {
                    lines.append("      left alone; it is not as declared:")
                }
                lines += text.changes(outcome.plan.changes)
                lines += text.restart(outcome.restarted, verb: "restarted")
            }
            lines += text.notes(outcome.plan)
        }
        if lines.count > heading.count + 1 { lines.append("") }
        let remark = standInRemark(report.secrets.standIns).map { [$0, ""] } ?? []
        let heldDeletions = report.heldDeletions.map { [style.red($0.description), ""] } ?? []
        let exposure = Exposure(report).lines(\.printable).map(sentence)
        let unserved = Unserved(report).lines(\.printable).map { "\(style.yellow("warning:")) \(sentence($0))" }
        let remarks = exposure + unserved
        return (lines + heldDeletions + remark + (remarks.isEmpty ? [] : remarks + [""]) + [summary(report)])
            .joined(separator: "\n")
    }

    private func lines(of outcome: SharedOutcome, _ text: ServiceText) -> [String] {
        let (plan, look) = (outcome.plan, outcome.plan.decision.look)
        let (sign, color) = outcome.failure == nil ? (look.sign, look.color) : ("x", .red)
        return [text.headline(plan.name, word(outcome), plan.reason, sign: sign, color: color)]
            + (outcome.failure.map(text.failure) ?? text.changes(plan.changes))
    }

    private func word(_ outcome: SharedOutcome) -> String {
        let look = outcome.plan.decision.look
        return outcome.failure == nil ? look.done : "\(look.planned) failed"
    }

    /// `; 2 groups: 1 in sync, 1 created`.
    private func summary(_ kind: Kind, _ outcomes: [SharedOutcome]) -> String {
        let failed = outcomes.count { $0.failure != nil }
        let parts = Decision.allCases.compactMap { decision in
            let number = outcomes.count { $0.plan.decision == decision && $0.failure == nil }
            return number == 0 ? nil : "\(number) \(decision.look.done)"
        }
        let all = parts + (failed == 0 ? [] : [style.red("\(failed) failed")])
        return "; \(count(outcomes.count, kind.noun, kind.plural)): \(all.joined(separator: ", "))"
    }

    private func word(_ outcome: ServiceOutcome) -> String {
        let look = outcome.plan.decision.look
        if outcome.failure != nil { return "\(look.planned) failed" }
        return outcome.plan.decision == .delete && outcome.plan.isHeld ? "held back" : look.done
    }

    private func summary(_ report: PassReport) -> String {
        let services = report.outcomes.filter { $0.plan.decision != .orphan }
        let parts = Decision.allCases.compactMap { decision in
            let number = report.outcomes.filter { outcome in
                outcome.plan.decision == decision && outcome.failure == nil
                    && !(decision == .delete && outcome.plan.isHeld)
            }.count
            return number == 0 ? nil : "\(number) \(decision.look.done)"
        }
        let failed = report.outcomes.filter { $0.failure != nil }.count
        let held = report.outcomes.filter(\.plan.isHeld).count
        let all =
            parts + (held == 0 ? [] : [style.red("\(count(held, "deletion")) held back")])
            + (failed == 0 ? [] : [style.red("\(failed) failed")])
        let writes = report.requests.writes == 0 ? "none of them a write" : count(report.requests.writes, "write")
        return "\(count(services.count, "service"))\(all.isEmpty ? "" : ": \(all.joined(separator: ", "))")"
            + "\(report.shared.byKind.map(summary).joined()). "
            + "\(count(report.requests.total, "request")), \(writes), in \(seconds(report.duration))."
    }
}
