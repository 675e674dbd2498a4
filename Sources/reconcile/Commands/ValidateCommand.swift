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

    @OptionGroup var arguments: FileArguments
    @OptionGroup var files: FileOptions
    @OptionGroup var output: StyleOptions

    func run() throws {
        let desired = try files.with(arguments).load(style: output.standardError)
        let clients = desired.services.count { $0.provider != nil }
        let guarded = desired.services.count { $0.forwardAuth != nil }
        let behind = guarded == 0 ? "" : "\(guarded) behind an outpost, "
        let bookmarks = count(desired.services.count - clients - guarded, "bookmark")
        StandardOutput.print(
            "\(count(desired.services.count, "service")): \(clients) with OIDC, \(behind)\(bookmarks); "
                + "owner '\(desired.owner)'. No mistakes."
        )
    }
}
