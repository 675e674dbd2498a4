import Applying
import ArgumentParser
import BuildIdentity
import Glibc
import Reporting

/// `reconcile`: the root command.
@main
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Keeps the applications and OAuth2 providers of an Authentik equal to a file.",
        usage: """
            reconcile --config FILE\(BuiltInAuthentik.usage)
            reconcile --once --config FILE\(BuiltInAuthentik.usage)
            reconcile status
            reconcile plan --config FILE
            reconcile verify --config FILE
            reconcile validate --config FILE
            reconcile schema > file.schema.json
            reconcile export --all > services.yaml
            reconcile access --user bob
            reconcile client-config grafana --for grafana
            reconcile release --config FILE
            reconcile bootstrap --write-file token
            reconcile rbac --config FILE | kubectl apply -f -
            reconcile doctor --config FILE\(BuiltInAuthentik.isThere ? "\nreconcile sandbox --port 9000" : "")
            """,
        discussion: """
            \(BuiltInAuthentik.introduction) (an administrator's token, intent 'API', for the first command; the token of the account that \
            it makes for the others):

              export AUTHENTIK_URL=https://sso.example.net AUTHENTIK_TOKEN=...
              reconcile bootstrap                        # an account with few rights, and its token
              reconcile doctor --config services.yaml    # is everything as it has to be?
              reconcile plan --config services.yaml      # what would change
              reconcile --once --config services.yaml    # change it
              reconcile verify --config services.yaml    # do the logins work?
              reconcile --config services.yaml           # keep it so, as a daemon
              reconcile status                           # of that daemon

            With a review in between: 'reconcile plan --save plan.json', then 'reconcile --once --plan plan.json', which \
            applies that plan or, if it is out of date, nothing.

            'reconcile run --help' tells all options of a pass and of the daemon.

            Exit codes: 0 converged or nothing to do; 1 a service failed, conflicts, is blocked or waits for its \
            secret (the others were converged), the deletion limit held deletions back, or the reviewed plan is out of date; 2 'plan' found changes; \
            64 usage; 65 the file is wrong; 69 Authentik cannot be reached or observed; 77 the token is refused or \
            lacks a permission.
            """,
        version: Build.description,
        subcommands: [
            RunCommand.self, StatusCommand.self, PlanCommand.self, VerifyCommand.self, ReleaseCommand.self,
            ValidateCommand.self, SchemaCommand.self, ExportCommand.self, AccessCommand.self, ClientConfigCommand.self,
            BootstrapCommand.self, RBACCommand.self, DoctorCommand.self, BuiltInAuthentik.command,
        ],
        defaultSubcommand: RunCommand.self
    )

    static func main() async {
        // A peer that goes away is an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as TokenFileError {
            StandardError.print("error: \(error.description.printable)")
            exit(withError: ExitStatus.usage.thrown)
        } catch {
            exit(withError: error)
        }
    }
}
