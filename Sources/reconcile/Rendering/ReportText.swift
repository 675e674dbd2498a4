import AuthentikAPI
import Planning
import Reconciling

extension Session {
    /// A report as the result of `reconcile --once`.
    func render(_ report: PassReport) -> String {
        if output == .json { return ReportDocument(report, address: pass.client.address, standIns: standIns).text }
        let text = ServiceText(style: style, width: report.outcomes.map(\.plan.slug.count).max() ?? 0)
        var lines = [heading(report.release), ""]
        for outcome in report.outcomes where isVerbose || outcome.plan.decision != .inSync {
            let look = Look(outcome.plan.decision, style)
            if let failure = outcome.failure {
                lines.append(text.headline(outcome.plan, "\(look.planned) failed", symbol: "x", color: style.red))
                lines += text.failure(failure)
            } else {
                lines.append(text.headline(outcome.plan, look.done, symbol: look.symbol, color: look.color))
                lines += text.changes(outcome.plan.changes)
            }
            lines += text.notes(outcome.plan)
        }
        if lines.count > 2 { lines.append("") }
        return (lines + standInLines + [summary(report)]).joined(separator: "\n")
    }

    private func summary(_ report: PassReport) -> String {
        let services = report.outcomes.filter { $0.plan.decision != .orphan }
        let parts = Decision.allCases.compactMap { decision in
            let number = report.outcomes.filter { $0.plan.decision == decision && $0.failure == nil }.count
            return number == 0 ? nil : "\(number) \(Look(decision, style).done)"
        }
        let failed = report.outcomes.filter { $0.failure != nil }.count
        let all = parts + (failed == 0 ? [] : [style.red("\(failed) failed")])
        let writes = report.requests.writes == 0 ? "none of them a write" : count(report.requests.writes, "write")
        return "\(count(services.count, "service"))\(all.isEmpty ? "" : ": \(all.joined(separator: ", "))"). "
            + "\(count(report.requests.total, "request")), \(writes), in \(seconds(report.duration))."
    }
}
