import Applying
import ArgumentParser
import AuthentikAPI
import Base
import Exporting
import Logging
import Reporting

/// `reconcile export`: writes the existing applications as a file.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print the existing applications as a file. Read-only.",
        usage: """
            reconcile export --all [--owner NAME] > services.yaml
            reconcile export --owner NAME > services.yaml
            """,
        discussion: """
            To start with applications that were created by hand:

              export AUTHENTIK_URL=https://sso.example.net AUTHENTIK_TOKEN=...
              reconcile export --all --owner homelab > services.yaml
              export GRAFANA_CLIENT_SECRET=...     # for each secretRef
              reconcile plan services.yaml         # adopts, changes no field
              reconcile apply services.yaml        # writes the ownership marks

            The file contains no secrets: each secretRef names an environment variable. Set each variable to the current \
            client secret, or name the place where the secret is kept. Fields that equal a default are omitted. What a \
            file cannot express is noted in a comment and stays as it is in Authentik. Applications that cannot be \
            declared without changing them are written as comments; their number and the reasons are at the end.

            --owner exports the applications with that owner's ownership mark. --all exports every application except \
            those of other owners, as services of --owner, or else of the only owner there is, or of 'homelab'.

            Requires a superuser's token: Authentik shows other accounts only some of the applications.

            Exit codes: 0 the file is on stdout; 1 it is, but is too large to be read; 64 usage; 69 Authentik cannot be \
            reached or observed; 77 the token is rejected, or does not belong to a superuser.
            """
    )

    @Option(help: ArgumentHelp("The owner, as in the ownership marks and in the file.", valueName: "name"))
    var owner: String?

    @Flag(help: "Export all applications, including those without an ownership mark.")
    var all = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard all || owner != nil else {
            throw ValidationError("use --owner NAME to export the services of an owner, or --all to export everything")
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
                "applications without this owner's mark are not exported; use --all to include them",
                metadata: ["applications": "\(export.others)"]
            )
        }
        let count = export.counted
        for comments in count.comments {
            logger.notice(
                "exported as comments",
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
