package import AuthentikAPI
import Base
package import DesiredState
import Kinds
package import Planning

/// A plan for people at a terminal: a group for each kind of thing that happens, and the counts last.
package struct PlanText {
    let style: Style
    /// Whether to show what is in sync, too.
    let isVerbose: Bool

    package init(style: Style, isVerbose: Bool) {
        self.style = style
        self.isVerbose = isVerbose
    }

    package func render(_ result: PlanResult) -> String {
        let shown = result.plan.services.filter { isVerbose || $0.isToBeShown }
        let shared = result.plan.shared.filter { isVerbose || $0.decision != .inSync }
        let text = ServiceText(
            style: style,
            slugs: shown.map(\.slug) + shared.map(\.name),
            words: (shown.map(\.decision) + shared.map(\.decision)).map(\.look.planned)
        )
        var blocks = [heading(result.release, "\(result.address)", isSandbox: result.isSandbox)]
        for (kind, objects) in shared.byKind {
            blocks.append([style.bold(kind.heading)] + objects.flatMap { text.lines($0) })
        }
        for group in PlanGroup.allCases {
            let services = shown.filter { PlanGroup($0) == group }
            if !services.isEmpty {
                blocks.append(block(group, services, heldDeletions: result.plan.heldDeletions, text: text))
            }
        }
        if let remark = standInRemark(result.standIns) { blocks.append([remark]) }
        if result.narrowing.withoutSecrets {
            blocks.append(["Secrets are left out: not resolved, not compared (--without-secrets)."])
        }
        let exposure = Exposure(result.plan.services).lines(\.printable).map(sentence)
        let unserved = Unserved(result.plan.services).lines(\.printable)
        let remarks = exposure + unserved.map { "\(style.yellow("warning:")) \(sentence($0))" }
        if !remarks.isEmpty { blocks.append(remarks) }
        blocks.append([summary(result)])
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func block(
        _ group: PlanGroup,
        _ services: [ServicePlan],
        heldDeletions: HeldDeletions?,
        text: ServiceText
    ) -> [String] {
        var lines = [title(group, services)]
        for service in services {
            let look = service.decision.look
            let color = group == .deletions ? .red : look.color
            lines.append(text.headline(service, look.planned, sign: look.sign, color: color))
            if let deletion = service.deletion { lines.append(text.deletion(deletion, verb: "deletes")) }
            lines += text.changes(service.changes)
            lines += text.restart(service.restart, verb: "restarts")
            lines += text.hindrance(service) + text.notes(service)
        }
        if group == .deletions, let heldDeletions { lines.append("  " + style.red(heldDeletions.description)) }
        return lines
    }

    private func title(_ group: PlanGroup, _ services: [ServicePlan]) -> String {
        if group == .deletions {
            let held = services.filter(\.isHeld).count
            let state = held == 0 ? "" : held == services.count ? ", held back" : ", \(held) of them held back"
            return style.red(style.bold("\(group.title): \(services.count)\(state)"))
        }
        let explanation = group.explanation.isEmpty ? "" : style.dim(": \(group.explanation)")
        return style.bold(group.title) + explanation
    }

    private func summary(_ result: PlanResult) -> String {
        let only = result.narrowing.only.map(\.printable).joined(separator: ", ")
        let subject = only.isEmpty ? "Plan" : "Plan for \(only) only"
        let end = result.nextStep.isEmpty ? "" : " " + result.nextStep.printable
        return "\(subject): \(PlanSummary(result.plan, style).text).\(end)"
    }
}

/// The first line: which Authentik, of which release.
func heading(_ release: String, _ address: String, isSandbox: Bool) -> String {
    "Authentik \(release.printable) at \(address)\(isSandbox ? " (sandbox)" : "")"
}

/// The first line, and one more if the release is newer than this program knows.
func heading(_ release: Release, _ address: String, isSandbox: Bool) -> [String] {
    [heading(release.description, address, isSandbox: isSandbox)]
        + [release.newerRemark].compactMap(\.self).map { "Note: \($0.printable)." }
}

/// What a sandbox made up; nil if nothing.
func standInRemark(_ standIns: [SecretReference]) -> String? {
    guard !standIns.isEmpty else { return nil }
    return "Not set, and made up for the sandbox: \(standIns.map(\.description).joined(separator: ", ").printable)."
}

/// A plan and what it is about, to be shown in one form or another.
package struct PlanResult: Sendable {
    package var plan: Plan
    package var release: Release
    package var address: AuthentikAddress
    package var narrowing: Narrowing
    package var isSandbox = false
    /// The secrets that were made up.
    package var standIns: [SecretReference] = []
    /// How many deletions were let through; nil if none.
    package var allowedDeletions: Int?
    /// Where the plan was written to; nil if nowhere.
    package var savedTo: String?

    package init(plan: Plan, release: Release, address: AuthentikAddress, narrowing: Narrowing = Narrowing()) {
        self.plan = plan
        self.release = release
        self.address = address
        self.narrowing = narrowing
    }

    /// What to do about it; empty if nothing is to be done.
    var nextStep: String {
        if !plan.isChanging { return "" }
        let isRelease =
            plan.changing.allSatisfy { $0.decision == .release }
            && plan.shared.allSatisfy { $0.step == nil || $0.decision == .release }
        if isRelease { return "Run 'reconcile release' to apply." }
        if let savedTo { return "Run 'reconcile --once --plan \(savedTo)' to apply exactly this." }
        if narrowing.withoutSecrets { return "To apply it, run 'reconcile --once' where the secrets are." }
        let options =
            narrowing.only.map { " --only \($0)" } + [allowedDeletions.map { " --allow-deletions \($0)" } ?? ""]
        return "Run 'reconcile --once\(options.joined())' to apply."
    }
}
