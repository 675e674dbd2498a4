import Applying
import ArgumentParser
import Planning
import Reporting

/// `reconcile plan`: what a pass would do.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a pass would change; write nothing.",
        discussion: """
            To review a plan, and then apply exactly that:

              reconcile plan --config services.yaml --save plan.json
              reconcile --once --config services.yaml --plan plan.json

            The second refuses if Authentik, the file or the release is not what it was. The file holds no secret, \
            only which ones change. It is the document that --output json prints.

            On a pull request, where no secrets are at hand:

              reconcile plan --config services.yaml --without-secrets --output markdown

            The comment fits into what GitHub takes (65,536 characters), and can neither mention people nor link \
            anywhere, whatever the file or Authentik say.

            Exit codes: 0 nothing to change; 2 there are changes; 1 a service conflicts, is blocked, waits for its \
            secret or cannot be told of its provider, or deletions are held back.
            """,
        aliases: ["diff"]
    )

    @OptionGroup var arguments: FileArguments

    @Option(
        help: ArgumentHelp("Also write the plan to this file, for 'reconcile apply'.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var save: String?

    @OptionGroup var pass: PassOptions
    @OptionGroup var narrowing: NarrowingOptions

    @Flag(
        help: ArgumentHelp(
            "Resolve and compare no secrets, for where they are not at hand.",
            discussion:
                "A new service shows 'client_secret (not resolved)'; that of a service that is there is not compared."
        )
    )
    var withoutSecrets = false

    @OptionGroup var deletions: DeletionOptions

    func validate() throws {
        if save != nil, pass.isSandbox {
            throw ValidationError("--save cannot be combined with --sandbox, which starts empty in each run")
        }
    }

    func run() async throws {
        let allowedDeletions = deletions.allowDeletions
        try await pass.with(arguments).run(Narrowing(only: narrowing.only, withoutSecrets: withoutSecrets)) { session in
            var session = session
            session.pass.allowedDeletions = allowedDeletions
            let (plan, release, standIns) = try await session.pass.plan()
            if let save { try PlanFile.write(session.pass.record(plan, release), to: save) }
            return (session.render(plan, release, standIns: standIns, savedTo: save), ExitStatus(plan))
        }
    }
}
