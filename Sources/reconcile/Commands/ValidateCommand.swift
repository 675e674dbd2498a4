import ArgumentParser
import Base
import DesiredState
import JSON

/// `reconcile validate`: checks only the file, without Authentik.
struct ValidateCommand: ParsableCommand {
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case text, json, github
    }

    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check the file; needs no network and no secrets.",
        discussion: """
            In a GitHub workflow, '--output github' shows each mistake at its line of the file.

            Exit codes: 0 the file is valid (warnings allowed); 64 usage; 65 it is not.
            """
    )

    @OptionGroup var arguments: FileArguments
    @OptionGroup var files: FileOptions
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Format of the result: text (mistakes go to stderr), json or github (annotations of a workflow).",
            discussion: "The JSON is described in manifests/schemas/validation.schema.json."
        )
    )
    var output: Form = .text
    @OptionGroup var style: StyleOptions

    func run() throws {
        switch output {
        case .text: StandardOutput.print(Self.summary(of: try files.with(arguments).load(style: style.standardError)))
        case .json:
            let result = DesiredStateLoader.load(paths: try files.with(arguments).paths())
            let json = ValidationDocument(result).json.serialized(pretty: true)
            StandardOutput.print(RunnerCommand.neutralized(json: String(decoding: json, as: UTF8.self)))
            if result.state == nil { throw ExitStatus.invalidFile.thrown }
        case .github:
            let result = DesiredStateLoader.load(paths: try files.with(arguments).paths())
            ValidationDocument(result).annotations.forEach { StandardOutput.print($0) }
            guard let state = result.state else { throw ExitStatus.invalidFile.thrown }
            StandardOutput.print(Self.summary(of: state))
        }
    }

    private static func summary(of desired: DesiredState) -> String {
        let clients = desired.services.count { $0.provider != nil }
        let guarded = desired.services.count { $0.forwardAuth != nil }
        let behind = guarded == 0 ? "" : "\(guarded) with forward auth, "
        let bookmarks = count(desired.services.count - clients - guarded, "bookmark")
        return "\(count(desired.services.count, "service")): \(clients) with OIDC, \(behind)\(bookmarks); "
            + "owner '\(desired.owner)'. The file is valid."
    }
}
