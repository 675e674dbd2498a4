import ArgumentParser
import Base
import BuildIdentity
import Glibc
import Reporting

/// `reconcile`: the root command.
@main
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Keep the applications and logins of an Authentik in sync with a YAML file.",
        usage: """
            reconcile <command> [<file> ...] [<options>]
            reconcile --config <file> [<options>]          the daemon
            reconcile --once --config <file> [<options>]   one pass
            """,
        discussion: """
            \(BuiltInAuthentik.introduction)
              export AUTHENTIK_URL=https://sso.example.net
              export AUTHENTIK_TOKEN=...         an administrator's, intent 'API'

              reconcile export --all > services.yaml   what is there, as a file
              reconcile bootstrap services.yaml        an account for reconcile
              export AUTHENTIK_TOKEN=...               its token

              reconcile doctor services.yaml           check the whole setup
              reconcile plan services.yaml             show what would change
              reconcile apply services.yaml            change it
              reconcile verify services.yaml           test the logins
              reconcile --config services.yaml         keep it so, as a daemon
              reconcile status                         ask the daemon

            To apply exactly what was reviewed:

              reconcile plan services.yaml --save plan.json
              reconcile apply plan.json --config services.yaml

            Exit codes:

              0   everything is as declared, or there is nothing to change
              1   a service failed, conflicts, is blocked or waits for its
                  secret (the others were applied); deletions were held back;
                  a saved plan is out of date; a login is not verified
              2   'plan' found changes
              64  usage: an option or a setting is wrong
              65  the file is wrong
              69  Authentik cannot be reached or observed
              77  the token is rejected, or lacks a permission
            """,
        version: Build.description,
        groupedSubcommands: [
            CommandGroup(
                name: "Change",
                subcommands: [RunCommand.self, ApplyCommand.self, ReleaseCommand.self]
            ),
            CommandGroup(
                name: "Read-only",
                subcommands: [
                    PlanCommand.self, ValidateCommand.self, VerifyCommand.self, StatusCommand.self, AccessCommand.self,
                ]
            ),
            CommandGroup(
                name: "Setup",
                subcommands: [
                    ExportCommand.self, BootstrapCommand.self, DoctorCommand.self, RBACCommand.self,
                    ClientConfigCommand.self,
                ]
            ),
            CommandGroup(
                name: "Other",
                subcommands: [
                    BuiltInAuthentik.command, SchemaCommand.self, CompletionsCommand.self, ManualCommand.self,
                ]
            ),
        ],
        defaultSubcommand: RunCommand.self
    )

    /// The prefix of every error, whatever its source.
    static let _errorPrefix = "error: "

    static func main() async {
        Memory.useOneArena()
        // A closed connection is an error of a write, and must not end the process.
        signal(SIGPIPE, SIG_IGN)
        let failure = CommandLineFailure(arguments: Array(CommandLine.arguments.dropFirst()))
        var command: any ParsableCommand
        do {
            command = try await asyncParseAsRoot()
        } catch {
            failure.exit(with: error, isParsing: true)
        }
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            failure.exit(with: error, isParsing: false)
        }
    }
}
