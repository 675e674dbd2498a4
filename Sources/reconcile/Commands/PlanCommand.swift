import Applying
import ArgumentParser
import Planning
import Reporting

/// `reconcile plan`: shows what a pass would change.
struct PlanCommand: PassCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what would change. Read-only.",
        discussion: """
            To review a plan, and then apply exactly that plan:

              reconcile plan services.yaml --save plan.json
              reconcile apply plan.json --config services.yaml

            If Authentik, the file or the release has changed in between, nothing is applied. A saved plan says which \
            secrets change, and contains none; it is what --output json prints.

            On pull requests, where secrets are not available:

              reconcile plan services.yaml --without-secrets --output markdown

            The comment fits GitHub's limit of 65,536 characters, and nothing in it mentions people or links anywhere, \
            whatever the file or Authentik contain. 'reconcile bootstrap --view-only FILE' creates an account for this.

            Exit codes: 0 nothing to change; 2 there are changes; 1 a service conflicts, is blocked, waits for its \
            secret or cannot get its provider's settings published, or deletions are held back; 64 usage; 65 the file \
            is wrong; 69 Authentik cannot be reached or observed; 77 the token is rejected or lacks a permission.
            """,
        aliases: ["diff"]
    )

    @OptionGroup var arguments: FileArguments

    @Option(
        help: ArgumentHelp("Also write the plan to this file, for 'reconcile apply'.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var save: String?

    @OptionGroup var files: FileOptions
    @OptionGroup var builtIn: BuiltInOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var result: ResultOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var narrowing: NarrowingOptions

    @Flag(
        help: ArgumentHelp(
            "Plan without resolving or comparing secrets, e.g. in CI on a pull request.",
            discussion:
                "New services show 'client_secret (not resolved)'; secrets of existing services are not compared."
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
            let (plan, release, placeholders) = try await session.pass.plan()
            if let save { try PlanFile.write(session.pass.record(plan, release), to: save) }
            return (session.render(plan, release, placeholders: placeholders, savedTo: save), ExitStatus(plan))
        }
    }
}
