import ArgumentParser
import Base
import Reporting

/// `reconcile apply`: one pass; `reconcile --once` under the name that other tools use.
struct ApplyCommand: PassCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the changes once, print a report and exit (same as --once).",
        usage: """
            reconcile apply services.yaml
            reconcile apply plan.json --config services.yaml
            reconcile apply services.yaml --verify
            """,
        discussion: """
            Nothing asks for confirmation; 'reconcile plan' shows what would change. To apply exactly what was reviewed:

              reconcile plan services.yaml --save plan.json
              reconcile apply plan.json --config services.yaml

            If the plan is out of date, nothing is written.

            Exit codes: 0 everything is as declared; 1 a service failed, conflicts, is blocked or waits for its secret \
            (the others were applied), deletions were held back, the saved plan is out of date, or, with --verify, a \
            login is not verified; 64 usage; 65 the file is wrong, or holds no plan; 69 Authentik cannot be reached or \
            observed; 77 the token is rejected or lacks a permission.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Files or directories, as with --config; or a plan that was saved with 'reconcile plan --save'.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml", "json"])
    )
    var paths: [String] = []

    @Flag(help: "After the pass, verify that logins work, as 'reconcile verify' does.")
    var verify = false

    @OptionGroup var files: FileOptions
    @OptionGroup var builtIn: BuiltInOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var result: ResultOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var narrowing: NarrowingOptions
    @OptionGroup var deletions: DeletionOptions
    @OptionGroup var writes: ConcurrencyOptions
    @OptionGroup var probes: ProbeOptions

    func validate() throws { try single().check() }

    func run() async throws { try await single().run() }

    /// - Throws: `ValidationError` if more than one plan is given.
    private func single() throws -> SinglePass {
        let plans = paths.filter(PlanFile.isPlan)
        guard plans.count < 2 else { throw ValidationError("only one saved plan can be applied at a time") }
        return SinglePass(
            pass: pass.with(FileArguments(paths.filter { !plans.contains($0) })),
            narrowing: narrowing,
            deletions: deletions,
            writes: writes,
            probes: probes,
            verifies: verify,
            plan: plans.first
        )
    }
}
