package import AuthentikAPI
package import DesiredState
package import Planning

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
        if plan.changing.isEmpty { return "" }
        if plan.changing.allSatisfy({ $0.decision == .release }) { return "Run 'reconcile release' to apply." }
        if let savedTo { return "Run 'reconcile --once --plan \(savedTo)' to apply exactly this." }
        if narrowing.withoutSecrets { return "To apply it, run 'reconcile --once' where the secrets are." }
        let options =
            narrowing.only.map { " --only \($0)" } + [allowedDeletions.map { " --allow-deletions \($0)" } ?? ""]
        return "Run 'reconcile --once\(options.joined())' to apply."
    }
}

/// The form of a result.
package enum OutputFormat: String, CaseIterable, Sendable {
    case text, json, markdown
}
