import ArgumentParser
import Base
import DesiredState

/// `reconcile validate`: the file alone, without Authentik.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check the file; needs no network and no secrets.",
        discussion: "Exit codes: 0 the file is good (warnings allowed); 65 it is not."
    )

    @OptionGroup var files: FileOptions
    @OptionGroup var output: StyleOptions

    func run() throws {
        let desired = try files.load(style: output.standardError)
        let clients = desired.services.filter { $0.provider != nil }.count
        StandardOutput.print(
            "\(count(desired.services.count, "service")): \(clients) with OIDC, "
                + "\(count(desired.services.count - clients, "bookmark")); owner '\(desired.owner)'. No mistakes."
        )
    }
}
