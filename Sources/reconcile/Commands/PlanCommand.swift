import ArgumentParser
import Reconciling

/// `reconcile plan`: what a pass would do.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a pass would change; write nothing.",
        discussion: "Exit codes: 0 nothing to change; 2 there are changes; 1 a service conflicts or is blocked."
    )

    @OptionGroup var pass: PassOptions
    @OptionGroup var deletions: DeletionOptions

    func run() async throws {
        let allowedDeletions = deletions.allowDeletions
        try await pass.run { session in
            var session = session
            session.pass.allowedDeletions = allowedDeletions
            let (plan, release) = try await session.pass.plan()
            return (session.render(plan, release), ExitStatus(plan))
        }
    }
}
