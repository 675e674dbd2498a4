package import AuthentikAPI
package import Base
package import DesiredState
import Kinds
package import Planning

/// A plan as text for terminals: a group for each kind of action, and the counts last.
package struct PlanText {
    let style: Style
    /// Whether to leave nothing out: what is in sync, the fields of many new services, and what is more than
    /// ``ListLimit`` allows.
    let isVerbose: Bool

    package init(style: Style, isVerbose: Bool) {
        self.style = style
        self.isVerbose = isVerbose
    }

    package func render(_ result: PlanResult) -> String {
        let services = result.plan.services.filter { isVerbose || $0.isToBeShown }
        let groups = PlanGroup.allCases.map { group in (group, services.filter { PlanGroup($0) == group }) }
            .filter { !$0.1.isEmpty }
            .map { group, services in (group, services, list(group, services)) }
        let kinds = result.plan.shared.filter { isVerbose || $0.decision != .inSync }.byKind.map { kind, objects in
            (kind, ShortList(objects, isVerbose: isVerbose) { $0.listSort })
        }
        let shown = groups.flatMap(\.2.shown)
        let shared = kinds.flatMap(\.1.shown)
        let text = ServiceText(
            style: style,
            isVerbose: isVerbose,
            slugs: shown.map(\.slug) + shared.map(\.name),
            words: (shown.map(\.decision) + shared.map(\.decision)).map(\.look.planned),
            creates: services.count { $0.decision == .create }
        )
        var blocks = [heading(result.release, "\(result.address)", isSandbox: result.isSandbox)]
        for (kind, list) in kinds {
            blocks.append([style.bold(kind.heading)] + list.shown.flatMap { text.lines($0) } + text.rest(list.rest))
        }
        for (group, services, list) in groups {
            blocks.append(block(group, services, list, heldDeletions: result.heldDeletions, text: text))
        }
        if let remark = placeholderRemark(result.placeholders) { blocks.append(style.lines(remark, indent: 0)) }
        if result.narrowing.withoutSecrets {
            blocks.append(
                style.lines("Secrets are left out: not resolved, not compared (--without-secrets).", indent: 0)
            )
        }
        let remarks = style.remarks(Exposure(result.plan.services), Unserved(result.plan.services))
        if !remarks.isEmpty { blocks.append(remarks) }
        blocks.append([summary(result)])
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func list(_ group: PlanGroup, _ services: [ServicePlan]) -> ShortList<ServicePlan> {
        ShortList(services, isVerbose: isVerbose) { service in
            switch group {
            case .deletions: ListSort("deletions", isUrgent: true)
            case .conflicts: ListSort(service.decision.look.summary, isUrgent: true)
            default: ListSort(service.decision.look.summary)
            }
        }
    }

    /// - Parameter list: of the services those that are shown.
    private func block(
        _ group: PlanGroup,
        _ services: [ServicePlan],
        _ list: ShortList<ServicePlan>,
        heldDeletions: String?,
        text: ServiceText
    ) -> [String] {
        var lines = title(group, services)
        for service in list.shown {
            let look = service.decision.look
            let color = group == .deletions ? .red : look.color
            lines += text.headline(service, look.planned, sign: look.sign, color: color)
            if let deletion = service.deletion { lines += text.deletion(deletion, verb: "deletes") }
            lines += text.changes(of: service)
            lines += text.restart(service.restart, verb: "restarts")
            lines += text.hindrance(service) + text.notes(service)
        }
        lines += text.rest(list.rest)
        if group == .changes { lines += text.briefRemark }
        if group == .deletions, let heldDeletions { lines.append("  " + style.red(heldDeletions)) }
        return lines
    }

    private func title(_ group: PlanGroup, _ services: [ServicePlan]) -> [String] {
        if group == .deletions {
            let held = services.filter(\.isHeld).count
            let state = held == 0 ? "" : held == services.count ? ", held back" : ", \(held) of them held back"
            return [style.red(style.bold("\(group.title): \(services.count.grouped)\(state)"))]
        }
        let title = "\(group.title): \(services.count.grouped)"
        guard !group.explanation.isEmpty else { return [style.bold(title)] }
        return style.lines(
            group.explanation,
            label: style.bold(title) + style.dim(";"),
            labelColumns: title.columns + 1,
            indent: 0,
            color: .dim
        )
    }

    private func summary(_ result: PlanResult) -> String {
        let only = result.narrowing.only.map(\.printable).joined(separator: ", ")
        let subject = only.isEmpty ? "Plan" : "Plan for \(only) only"
        // The command should be pasted, so it is not wrapped.
        let lines = style.lines("\(subject): \(PlanSummary(result.plan, style).text).", indent: 0)
        return (lines + [result.nextStep?.printable].compactMap(\.self)).joined(separator: "\n")
    }
}

extension SharedObjectPlan {
    fileprivate var listSort: ListSort {
        ListSort(decision.look.summary, isUrgent: [.delete, .conflict].contains(decision))
    }
}

extension Style {
    /// The services that everybody may open, and those that nobody can reach, as the last lines.
    func remarks(_ exposure: Exposure, _ unserved: Unserved) -> [String] {
        exposure.lines(\.printable).flatMap { lines(sentence($0), indent: 0) }
            + unserved.lines(\.printable).flatMap { text in
                lines(sentence(text), label: yellow("warning:"), labelColumns: 8, indent: 0)
            }
    }
}

/// The first line: the Authentik and its release.
func heading(_ release: String, _ address: String, isSandbox: Bool) -> String {
    "Authentik \(release.printable) at \(address)\(isSandbox ? " (sandbox)" : "")"
}

/// The first line, and one more if the release is newer than this program knows.
func heading(_ release: Release, _ address: String, isSandbox: Bool) -> [String] {
    [heading(release.description, address, isSandbox: isSandbox)]
        + [release.newerRemark].compactMap(\.self).map { "Note: \($0.printable)." }
}

/// The remark about secrets generated for a sandbox, at most ten of them by name; nil if there are none.
func placeholderRemark(_ placeholders: [SecretReference]) -> String? {
    guard !placeholders.isEmpty else { return nil }
    let named = placeholders.count > 10 ? placeholders.prefix(9) : placeholders[...]
    let rest = placeholders.count > named.count ? " and \(placeholders.count - named.count) more" : ""
    return
        "Not set, so generated for the sandbox: \(named.map(\.description).joined(separator: ", ").printable)\(rest)."
}

/// A plan with its context, to be shown in any format.
package struct PlanResult: Sendable {
    package var plan: Plan
    package var release: Release
    package var address: AuthentikAddress
    package var narrowing: Narrowing
    package var isSandbox = false
    /// The secrets that were generated.
    package var placeholders: [SecretReference] = []
    /// The number of deletions that were allowed; nil for none.
    package var allowedDeletions: Int?
    /// The file that the plan was written to; nil for none.
    package var savedTo: String?
    /// How the program was called, for the commands that are printed.
    package var invocation = Invocation()

    package init(plan: Plan, release: Release, address: AuthentikAddress, narrowing: Narrowing = Narrowing()) {
        self.plan = plan
        self.release = release
        self.address = address
        self.narrowing = narrowing
    }

    /// How to apply it, with the command at the end of a line of its own; nil if there is nothing to apply.
    var nextStep: String? {
        guard plan.isChanging else { return nil }
        let isRelease =
            plan.changing.allSatisfy { $0.decision == .release }
            && plan.shared.allSatisfy { $0.step == nil || $0.decision == .release }
        if isRelease { return "Run: \(invocation.command("release"))" }
        if let savedTo { return "Apply exactly this plan: \(invocation.command("--once", "--plan", savedTo))" }
        let only = narrowing.only.flatMap { ["--only", $0] }
        let command = invocation.command(
            "--once",
            only + (allowedDeletions.map { ["--allow-deletions", "\($0)"] } ?? [])
        )
        return narrowing.withoutSecrets ? "Run where the secrets are available: \(command)" : "Run: \(command)"
    }

    /// Why deletions are blocked, with the command that allows them; nil if none are.
    var heldDeletions: String? {
        plan.heldDeletions.map { held in
            let only = narrowing.only.flatMap { ["--only", $0] }
            let command = invocation.command("--once", only + ["--allow-deletions", "\(held.deletions)"])
            return held.description(allowing: command).printable
        }
    }
}
