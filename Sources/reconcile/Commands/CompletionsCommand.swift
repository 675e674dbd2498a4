import ArgumentParser
import BuildIdentity
import CommandHelp
import JSON

/// `reconcile completions`: the script by which a shell completes commands, options, values and files.
struct CompletionsCommand: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the completion script for a shell.",
        discussion: """
            For this shell only:

              source <(reconcile completions bash)

            For all shells:

              reconcile completions bash |
                sudo tee /usr/share/bash-completion/completions/reconcile
              reconcile completions zsh |
                sudo tee /usr/share/zsh/vendor-completions/_reconcile
              reconcile completions fish |
                sudo tee /usr/share/fish/vendor_completions.d/reconcile.fish
            """
    )

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    func run() {
        let shell: CompletionShell =
            switch self.shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        StandardOutput.print(Self.withoutOptionsBeforeADash(CompletedCommand.completionScript(for: shell)))
    }

    /// In bash, an empty word completes to commands and files only, as in the other two; ArgumentParser's script would add
    /// the forty options of the daemon.
    private static func withoutOptionsBeforeADash(_ script: String) -> String {
        script.replacing(
            #"[[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]"#,
            with: #"[[ "${cur}" = -* && "${positional_number}" -ge -1 ]]"#
        )
    }
}

/// The command line as shells complete it.
///
/// ArgumentParser's scripts know neither the options of a command that is left out (`reconcile --once --config …` is
/// `reconcile run`) nor aliases, so here the root has the options of `run`, and the alias is a command.
private struct CompletedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        version: Build.description,
        subcommands: ReconcileCommand.configuration.subcommands + [DiffCommand.self]
    )

    @OptionGroup var run: RunCommand
}

/// `reconcile diff`, the alias of `plan`, as a command that can be completed.
private struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what would change. Read-only. The same as plan."
    )

    @OptionGroup var plan: PlanCommand
}

/// `reconcile man`: the manual page, generated from `--help`.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man",
        abstract: "Print the manual page.",
        discussion: """
            To read it, and to install it:

              reconcile man | man -l -
              reconcile man | sudo tee /usr/share/man/man1/reconcile.1
            """
    )

    func run() throws {
        let dump = try JSONValue(parsing: Array(ReconcileCommand._dumpHelp().utf8))
        StandardOutput.write(ManualPage(dump, version: Build.version).text)
    }
}
