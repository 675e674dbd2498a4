import ArgumentParser
import Glibc
import Reconciling

/// `reconcile`: the root command, which runs passes.
@main
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Keeps the applications and OAuth2 providers of an Authentik equal to a file.",
        usage: """
            reconcile --once --config FILE [--sandbox]
            reconcile plan --config FILE
            reconcile validate --config FILE
            reconcile export --all > services.yaml
            reconcile sandbox --port 9000
            """,
        discussion: """
            Try it on a built-in Authentik, which needs nothing:

              reconcile --once --sandbox --config manifests/homelab.yaml

            Then on yours (a superuser's token, intent 'API'):

              export AUTHENTIK_URL=https://sso.example.net AUTHENTIK_TOKEN=...
              reconcile plan --config services.yaml      # what would change
              reconcile --once --config services.yaml    # change it

            Exit codes: 0 converged or nothing to do; 1 a service failed, conflicts or is blocked (the others were \
            converged); 2 'plan' found changes; 64 usage; 65 the file is wrong; 69 Authentik cannot be reached or \
            observed; 77 the token is refused or lacks a permission.
            """,
        subcommands: [PlanCommand.self, ValidateCommand.self, ExportCommand.self, SandboxCommand.self]
    )

    @Flag(help: "Run one pass, print a report and end.")
    var once = false

    @OptionGroup var pass: PassOptions

    func run() async throws {
        guard once else {
            throw ValidationError("this version runs single passes only; add --once")
        }
        try await pass.run { session in
            let report = try await session.pass.run()
            return (session.render(report), ExitStatus(report))
        }
    }

    static func main() async {
        // A peer that goes away is an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        await main(nil)
    }
}
