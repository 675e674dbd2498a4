import Applying
import ArgumentParser
import AuthentikAPI
import Base
import Exporting
import Logging
import Reporting

/// `reconcile export`: the live services as a file.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the live services as a file; write nothing to Authentik.",
        usage: """
            reconcile export --all [--owner NAME] > services.yaml
            reconcile export --owner NAME > services.yaml
            """,
        discussion: """
            This is how to begin with applications that were made by hand:

              export AUTHENTIK_URL=https://sso.example.net AUTHENTIK_TOKEN=...
              reconcile export --all --owner homelab > services.yaml
              export GRAFANA_CLIENT_SECRET=...         # for each secretRef, the secret of now
              reconcile plan --config services.yaml    # adopts what has no mark, changes no field
              reconcile --once --config services.yaml  # writes the marks

            The file holds no secret: each secretRef names a variable of the environment, to be set or replaced by the \
            place where the secret is kept. What equals a default is left out. What a file cannot express is a comment \
            that says so, and stays as it is in Authentik; an application that cannot be declared without changing it is \
            a comment as a whole. How many there are, and why, is said at its end.

            With --owner, only the applications that carry that owner's mark; with --all, every application but those of \
            other owners, as services of --owner, or of the only owner there is, or of 'homelab'.

            It needs the token of a superuser: Authentik shows anybody else some of the applications only.

            Exit codes: 0 the file is on stdout; 1 it is, and is too large to be read; 64 usage; 69 Authentik cannot be \
            reached or observed; 77 the token is refused, or is no superuser's.
            """
    )

    @Option(help: ArgumentHelp("Whose services: the owner in the ownership marks, and in the file.", valueName: "name"))
    var owner: String?

    @Flag(help: "Export all applications, also those without an ownership mark.")
    var all = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard all || owner != nil else {
            throw ValidationError("say whose services to export with --owner NAME, or export everything with --all")
        }
        if let owner, let complaint = Export.complaint(aboutOwner: owner) { throw ValidationError("--\(complaint)") }
    }

    func run() async throws {
        let target = try connection.target()
        let logger = log.logger()
        connection.warn(logger)
        let client = try connection.client(of: target.address, target.token, logger: logger)
        do {
            let (observed, bindings, entitlements) = try await Observer(client: client).observeForExport()
            let scope: Export.Scope = if all { .all(owner: owner) } else { .marked(owner: owner ?? "") }
            let export = Export(
                scope,
                of: observed,
                bindings: bindings,
                entitlements: entitlements,
                address: target.address.description
            )
            StandardOutput.write(export.text)
            report(export, logger)
            guard export.problems.isEmpty else { throw ExitStatus.incomplete.thrown }
        } catch let failure as PassFailure {
            throw await style.refusal(failure, of: client)
        }
    }

    private func report(_ export: Export, _ logger: Logger) {
        for problem in export.problems {
            logger.error("the file does not load as it is", metadata: ["problem": "\(problem.printable)"])
        }
        for application in export.commented {
            logger.warning(
                "not exported",
                metadata: ["service": "\(application.slug)", "reason": "\(application.reason.printable)"]
            )
        }
        if export.others > 0 {
            logger.notice(
                "applications without this owner's mark are not exported; --all exports them, too",
                metadata: ["applications": "\(export.others)"]
            )
        }
        let count = export.counted
        for comments in count.comments {
            logger.notice(
                "only comments",
                metadata: ["applications": "\(comments.slugs.count)", "reason": "\(comments.cause.text.printable)"]
            )
        }
        logger.notice(
            "exported",
            metadata: [
                "applications": "\(count.applications)", "services": "\(count.services)",
                "comments": "\(count.applications - count.services)",
            ]
        )
    }
}
