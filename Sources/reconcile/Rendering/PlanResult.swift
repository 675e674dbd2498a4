import AuthentikAPI
import DesiredState
import Planning
import Reconciling

/// A plan and what it is about, to be shown in one form or another.
struct PlanResult: Sendable {
    var plan: Plan
    var release: Release
    var address: AuthentikAddress
    var narrowing = Narrowing()
    var isSandbox = false
    /// The secrets that were made up.
    var standIns: [SecretReference] = []
    /// How many deletions were let through; nil if none.
    var allowedDeletions: Int?
    /// Where the plan was written to; nil if nowhere.
    var savedTo: String?

    /// What to do about it; empty if nothing is to be done.
    var nextStep: String {
        if plan.changing.isEmpty { return "" }
        if plan.changing.allSatisfy({ $0.decision == .release }) { return "Run 'reconcile release' to apply." }
        if let savedTo { return "Run 'reconcile --once --plan \(savedTo)' to apply exactly this." }
        if narrowing.withoutSecrets { return "To apply it, run 'reconcile --once' where the secrets are." }
        let options =
            narrowing.only.map { " --only \($0)" } + [allowedDeletions.map { " --allow-deletions \($0)" } ?? ""]
        return "Run 'reconcile --once\(options.joined())' to apply."
    }
}

extension Session {
    /// A plan as the result of `reconcile plan`.
    ///
    /// - Parameter standIns: the secrets that were made up.
    func render(
        _ plan: Plan,
        _ release: Release,
        standIns: [SecretReference] = [],
        savedTo: String? = nil
    ) -> String {
        let result = PlanResult(
            plan: plan,
            release: release,
            address: pass.client.address,
            narrowing: pass.narrowing,
            isSandbox: isSandbox,
            standIns: standIns,
            allowedDeletions: pass.allowedDeletions,
            savedTo: savedTo
        )
        return switch output {
        case .text: PlanText(style: style, isVerbose: isVerbose).render(result)
        case .markdown: PlanMarkdown(isVerbose: isVerbose).render(result)
        case .json: JSONText.of(pass.record(plan, release))
        }
    }
}
