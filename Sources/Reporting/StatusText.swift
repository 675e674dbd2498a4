import Applying
package import Base
import FoundationEssentials
import Kinds
import Planning
package import Status

/// A daemon's status as text for terminals: the overall state, then what is out of sync, then the passes.
package struct StatusText {
    let style: Style
    /// Whether to show services in sync as well, and the history.
    let isVerbose: Bool
    let now: Timestamp
    /// Whether the status has only those services that somebody asked for, which are shown in any state.
    package var isFiltered = false

    package init(style: Style, isVerbose: Bool, now: Timestamp) {
        self.style = style
        self.isVerbose = isVerbose
        self.now = now
    }

    package func render(_ status: StatusDocument) -> String {
        let list = shown(status)
        let shown = list.shown
        let text = ServiceText(
            style: style,
            isVerbose: isVerbose,
            slugs: shown.map(\.slug),
            words: shown.map(\.look.word)
        )
        var blocks = [headline(status)]
        if !status.file.problems.isEmpty { blocks.append(status.file.problems.map(problem)) }
        if !shown.isEmpty {
            let rows = shown.flatMap { lines(of: $0, text, status.invocation) }
            blocks.append(rows + list.rest.map { "  " + style.dim($0) })
        }
        if let heldDeletions = status.heldDeletions {
            blocks.append(["  " + style.red(status.invocation.completing(heldDeletions.message).printable)])
        }
        blocks.append(facts(status))
        if isVerbose, !status.recentChanges.isEmpty { blocks.append(history(status)) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// The services to be shown, the most urgent first, and a line for each state of which there are too many.
    private func shown(_ status: StatusDocument) -> ShortList<ServiceStatus> {
        let states = SyncState.byUrgency.filter { isVerbose || isFiltered || $0 != .inSync }
        let byState = Dictionary(grouping: status.services, by: \.state)
        return ShortList(states.flatMap { byState[$0] ?? [] }, isVerbose: isVerbose) { service in
            ListSort(service.state.look.word, isUrgent: [.failed, .conflict, .held].contains(service.state))
        }
    }

    // MARK: - The whole

    private func headline(_ status: StatusDocument) -> [String] {
        let look = status.state.look
        let headline = style.bold(style.colored(look.headline, look.color))
        return [headline + " for \(span(status.since)): " + status.invocation.completing(status.message).printable]
    }

    private func problem(_ problem: FileStatus.Problem) -> String {
        var place = problem.file
        if let line = problem.line { place += ":\(line):\(problem.column ?? 1)" }
        let color = problem.severity == "error" ? style.red : style.yellow
        let text = "\(problem.message)\(problem.hint.map { "; \($0)" } ?? "")"
        return "  \(style.bold("\(place):".printable)) \(color("\(problem.severity):")) \(text.printable)"
    }

    private func facts(_ status: StatusDocument) -> [String] {
        let authentik = status.authentik
        var facts = [("Authentik", "\(authentik.release.map { "\($0) at " } ?? "")\(authentik.url)")]
        if let isReachable = authentik.isReachable, let since = authentik.since {
            facts[0].1 +=
                isReachable ? ", reachable for \(span(since))" : ", unreachable since \(since) (\(span(since)))"
        }
        if status.totals.services > 0 { facts.append(("Services", ServiceCounts(status.totals).text)) }
        facts.append(("File", "\(status.file.paths.joined(separator: ", ")), read \(ago(status.file.loadedAt))"))
        if let change = latestChange(status) { facts.append(("Last change", change)) }
        if let drift = latestDrift(status) { facts.append(("Drift found", drift)) }
        facts += Exposure(status.services.map { ($0.slug, $0.access) }).lines { $0 }.map { ("Exposed", $0) }
        facts += Unserved(status.services.map { ($0.slug, $0.serving) }).lines { $0 }.map { ("Not served", $0) }
        if let running = status.passes.running {
            facts.append(("Pass", "\(running.number) began \(ago(running.startedAt))"))
        }
        if let last = status.passes.lastAttempt { facts.append(("Last pass", pass(last, status.invocation))) }
        if let success = status.passes.lastSuccess, success != status.passes.lastAttempt {
            facts.append(("Last success", pass(success, status.invocation)))
        }
        if status.passes.lastAttempt?.scope == .services, let full = status.passes.lastFullPassAt {
            facts.append(("Full pass", "\(ago(full)), which read everything"))
        }
        if let next = status.passes.next { facts.append(("Next pass", "\(ahead(next.at)) (\(next.reason.rawValue))")) }
        if let interval = status.passes.interval, interval.reason == .load {
            let text = "\(Self.span(interval.seconds)), so that full passes cost Authentik less than 2 % of its time"
            facts.append(("Interval", text))
        }
        facts.append(("Daemon", "\(status.program.version), started \(ago(status.program.startedAt))"))
        let width = facts.map(\.0.count).max() ?? 0
        return facts.flatMap { name, text in
            let label = name.padded(to: width)
            return style.lines(text.printable, label: style.dim(label) + " ", labelColumns: width + 1, indent: 0)
        }
    }

    private func history(_ status: StatusDocument) -> [String] {
        let rows = status.recentChanges.map { change in
            (
                ago(change.at), change.kind == RecentChange.service ? change.name : "\(change.noun) \(change.name)",
                change
            )
        }
        let ageWidth = rows.map(\.0.count).max() ?? 0
        let nameWidth = rows.map(\.1.printable.count).max() ?? 0
        return [style.bold("Recent changes")]
            + rows.map { age, name, change in
                let what = change.isDrift ? "drift corrected" : change.done
                let author = change.culprit.map { ", by \($0)" } ?? ""
                let fields = change.fields.map(ChangeLine.label)
                let shown = fields.prefix(4).joined(separator: ", ")
                let rest = fields.count > 4 ? " and \(fields.count - 4) more" : ""
                let text = "\(what)\(author)\(fields.isEmpty ? "" : ": \(shown)\(rest)")"
                let restarted = change.restarted.map { ", restarted \($0)" } ?? ""
                return "  \(style.dim(age.padded(to: ageWidth)))  \(name.printable.padded(to: nameWidth))  "
                    + (text + restarted).printable
            }
    }

    private func pass(_ pass: FinishedPass, _ invocation: Invocation) -> String {
        let triggers = pass.triggers.map(\.rawValue).joined(separator: ", ")
        let read = pass.servicesRead.map { "; read \(count($0, "service"))" } ?? ""
        let error = pass.error.map { ": \(invocation.completing($0))" } ?? ""
        return
            "\(pass.result.rawValue) \(ago(pass.finishedAt)) in \(seconds(pass.durationSeconds)) (\(triggers)\(read))"
            + error
    }

    /// Of any service, also of those that were not asked for.
    private func latestChange(_ status: StatusDocument) -> String? {
        let known = status.services.compactMap { service in
            service.lastChange.map { (service.slug, $0.at, $0.pass, "\($0.decision), \($0.reason)", $0.restarted) }
        }
        let recent = status.recentChanges.filter { $0.kind == RecentChange.service }.map {
            ($0.name, $0.at, $0.pass, "\($0.decision), \($0.reason)", $0.restarted)
        }
        guard let (slug, at, pass, what, restarted) = (known + recent).max(by: { $0.1 < $1.1 }) else { return nil }
        let others =
            if let last = status.passes.lastAttempt, last.number == pass {
                last.changed - 1
            } else {
                max(known.count { $0.2 == pass }, Set(recent.filter { $0.2 == pass }.map(\.0)).count) - 1
            }
        return "\(slug) \(ago(at)): \(what)" + (restarted.map { ", restarted \($0)" } ?? "")
            + (others <= 0 ? "" : ", and \(count(others, "other"))")
    }

    /// Of any service, also of those that were not asked for.
    private func latestDrift(_ status: StatusDocument) -> String? {
        let known = status.services.compactMap { service in
            service.lastDrift.map { (service.slug, $0.at, $0.reason, $0.culprit) }
        }
        let recent = status.recentChanges.filter { $0.isDrift && $0.kind == RecentChange.service }.map {
            ($0.name, $0.at, $0.reason, $0.culprit)
        }
        guard let (slug, at, reason, culprit) = (known + recent).max(by: { $0.1 < $1.1 }) else {
            return nil
        }
        return "\(slug) \(ago(at)): \(reason)\(culprit.map { ", by \($0)" } ?? "")"
    }

    // MARK: - Services

    private func lines(of service: ServiceStatus, _ text: ServiceText, _ invocation: Invocation) -> [String] {
        let look = service.look
        let since =
            service.conditions.first { $0.type == .synced }.map { ", for \(span($0.lastTransitionTime))" } ?? ""
        // An error's own lines say everything.
        let reason = (service.error.map { failed($0, service.access) } ?? service.reason) + since
        var lines = text.headline(service.slug, look.word, reason, sign: look.sign, color: look.color)
        if let error = service.error { lines += text.failure(error) }
        // The remedy for blocked deletions is shown once for all of them.
        if service.state != .held, let remedy = service.remedy(invocation) {
            lines += text.remark("-> \(remedy)", .dim)
        }
        if let deletion = service.deletion { lines += text.deletion(deletion, verb: "would delete") }
        lines += text.changes(service.differences)
        if let access = service.access.flatMap(AccessText.init) {
            lines += text.remark(access.text, .dim)
        }
        if let serving = service.serving {
            lines += text.remark(ServingText(serving).text, serving.isServed == false ? .yellow : .dim)
        }
        if let contest = service.contest {
            let fields = contest.fields.map(ChangeLine.label).joined(separator: ", ")
            let times = count(contest.corrections, "time")
            let next = ahead(contest.nextCorrectionAt)
            lines += text.remark("conflicting changes: \(fields) corrected \(times); next correction \(next)", .yellow)
            if let culprit = contest.blueprints?.culprit {
                lines += text.remark("changed by: \(culprit)", .yellow)
            }
        }
        return lines + text.notes(service.notes)
    }

    private func failed(_ error: ErrorDocument, _ access: AccessRecord?) -> String {
        guard let complaint = access?.complaint, error.message.contains(complaint) else {
            return "not all of its writes succeeded"
        }
        return access?.isClosed == true ? "nobody can open it" : "who may open it differs from the file"
    }

    // MARK: - Times

    private func ago(_ time: Timestamp) -> String { "\(span(time)) ago" }

    private func span(_ time: Timestamp) -> String { Self.span(now.date.timeIntervalSince(time.date)) }

    private func ahead(_ time: Timestamp) -> String {
        let span = time.date.timeIntervalSince(now.date)
        return span <= 0 ? "now" : "in \(Self.span(span))"
    }

    /// In the largest unit that leaves no more than two digits, or in days: `42 s`, `5 min`, `3 h`, `12 d`.
    static func span(_ seconds: Double) -> String {
        let seconds = Int(clamping: seconds)
        switch seconds {
        case ..<100: return "\(seconds) s"
        case ..<6000: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86_400) d"
        }
    }
}

/// The number of services in each state; each is counted once, so that the numbers add up.
package struct ServiceCounts: Sendable {
    /// The states of any services, most urgent first.
    package let counts: [(state: SyncState, number: Int)]
    package let total: Int

    package init(_ totals: TotalsStatus) {
        total = totals.services
        counts = SyncState.byUrgency.compactMap { state in
            let number = totals.states[state.rawValue, default: 0]
            return number == 0 ? nil : (state, number)
        }
    }

    /// `8: 1 failed, 1 orphaned, 6 in sync`.
    package var text: String {
        "\(total.grouped): " + counts.map { "\($0.number.grouped) \($0.state.look.word)" }.joined(separator: ", ")
    }
}
