import Applying
import ArgumentParser
import Planning
import Reporting
import Verification

/// One pass that writes, and then ends: `reconcile apply`, and `reconcile --once`.
struct SinglePass {
    let pass: PassOptions
    let narrowing: NarrowingOptions
    let deletions: DeletionOptions
    let writes: ConcurrencyOptions
    let probes: ProbeOptions
    /// Whether logins are tested after the pass.
    let verifies: Bool
    /// The file with the reviewed plan, the only one that may be applied; nil to apply a new plan.
    let plan: String?

    /// - Throws: `ValidationError` for an invalid combination of options.
    func check() throws {
        guard plan != nil else { return }
        if !narrowing.only.isEmpty {
            throw ValidationError("--only cannot be combined with a saved plan, which says which services it is about")
        }
        if deletions.allowDeletions != nil {
            throw ValidationError(
                "--allow-deletions cannot be combined with a saved plan, which says how many deletions are allowed"
            )
        }
        if pass.isSandbox {
            throw ValidationError("a saved plan cannot be applied with --sandbox, which starts empty in each run")
        }
    }

    func run() async throws {
        let reviewed = try reviewedPlan()
        let allowedDeletions = reviewed?.allowedDeletions ?? deletions.allowDeletions
        let limits = verifies ? try probes.limits : nil
        let narrowing = reviewed?.narrowing ?? Narrowing(only: narrowing.only)
        try await pass.run(narrowing, concurrency: try writes.limit) { session in
            var session = session
            session.pass.allowedDeletions = allowedDeletions
            return try await session.apply(reviewed, proving: limits)
        }
    }

    private func reviewedPlan() throws -> PlanRecord? {
        guard let plan else { return nil }
        do {
            return try PlanFile.read(plan)
        } catch {
            throw pass.style.refusal(error.description, .invalidFile)
        }
    }
}
