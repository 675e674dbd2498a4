import ArgumentParser
import Glibc
import Planning
import Reconciling

/// `reconcile`: the root command, which runs passes.
@main
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Keeps the applications and OAuth2 providers of an Authentik equal to a file.",
        usage: """
            reconcile --config FILE [--sandbox]
            reconcile --once --config FILE [--sandbox]
            reconcile plan --config FILE
            reconcile validate --config FILE
            reconcile export --all > services.yaml
            reconcile release --config FILE
            reconcile sandbox --port 9000
            """,
        discussion: """
            Try it on a built-in Authentik, which needs nothing:

              reconcile --once --sandbox --config manifests/homelab.yaml

            Then on yours (a superuser's token, intent 'API'):

              export AUTHENTIK_URL=https://sso.example.net AUTHENTIK_TOKEN=...
              reconcile plan --config services.yaml      # what would change
              reconcile --once --config services.yaml    # change it

            With a review in between: 'reconcile plan --save plan.json', then 'reconcile --once --plan plan.json', which \
            applies that plan or, if it is out of date, nothing.

            Exit codes: 0 converged or nothing to do; 1 a service failed, conflicts or is blocked (the others were \
            converged), the brake held deletions back, or the reviewed plan is out of date; 2 'plan' found changes; \
            64 usage; 65 the file is wrong; 69 Authentik cannot be reached or observed; 77 the token is refused or \
            lacks a permission.
            """,
        subcommands: [
            PlanCommand.self, ReleaseCommand.self, ValidateCommand.self, ExportCommand.self, SandboxCommand.self,
        ]
    )

    @Flag(help: "Run one pass, print a report and end.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "With --once: apply exactly the plan in this file, or, if it is out of date, nothing.",
            discussion: """
                'reconcile plan --save FILE' makes one. The pass is about what the plan was about (--only, \
                --without-secrets, --allow-deletions). A plan without secrets writes none, so it makes no new provider \
                that needs one. Exit codes: 1 it is out of date, and stderr says why; 65 the file holds no plan.
                """,
            valueName: "file"
        )
    )
    var plan: String?

    @OptionGroup var pass: PassOptions
    @OptionGroup var deletions: DeletionOptions
    @OptionGroup(title: "Options of the daemon") var daemon: DaemonOptions

    /// Not `validate()`, which sees the options of a subcommand, too.
    private func checkOptions() throws {
        if pass.output == .markdown { throw ValidationError("--output markdown is for 'reconcile plan'") }
        if pass.narrowing.withoutSecrets {
            throw ValidationError(
                "--without-secrets is for 'reconcile plan': a pass needs the secrets, or it would leave services half done"
            )
        }
        guard plan != nil else { return }
        if !pass.narrowing.only.isEmpty {
            throw ValidationError("--only and --plan exclude each other: the plan says what it is about")
        }
        if deletions.allowDeletions != nil {
            throw ValidationError("--allow-deletions and --plan exclude each other: the plan says what may be deleted")
        }
        if pass.connection.sandbox {
            throw ValidationError("--plan is of no use with --sandbox, which is made anew for each run")
        }
    }

    private func checkDaemonOptions() throws {
        let misplaced = [
            ("--plan", plan != nil), ("--allow-deletions", deletions.allowDeletions != nil),
            ("--only", !pass.narrowing.only.isEmpty), ("--output", pass.output != .text),
        ]
        if let (name, _) = misplaced.first(where: \.1) {
            throw ValidationError("\(name) is for single passes; add --once, or leave it out to run as a daemon")
        }
        if pass.narrowing.withoutSecrets { throw ValidationError("--without-secrets is for 'reconcile plan'") }
    }

    func run() async throws {
        guard once else {
            try checkDaemonOptions()
            return try await Daemon(pass: pass, options: daemon).run()
        }
        try checkOptions()
        let reviewed = try reviewedPlan()
        let allowedDeletions = reviewed?.allowedDeletions ?? deletions.allowDeletions
        try await pass.run(reviewed?.narrowing) { session in
            var session = session
            session.pass.allowedDeletions = allowedDeletions
            let report = try await session.pass.run(applying: reviewed)
            return (session.render(report), ExitStatus(report))
        }
    }

    private func reviewedPlan() throws -> PlanRecord? {
        guard let plan else { return nil }
        do {
            return try PlanFile.read(plan)
        } catch {
            throw pass.refusal(error.description, .invalidFile)
        }
    }

    static func main() async {
        // A peer that goes away is an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        await main(nil)
    }
}
