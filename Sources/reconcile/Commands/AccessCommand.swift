import Applying
import ArgumentParser
import AuthentikAPI
import Exporting
import Reporting

/// `reconcile access`: shows who may open which application.
struct AccessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Show who may open which application. Read-only, needs no file.",
        usage: """
            reconcile access                  # each application, and who may open it
            reconcile access --user bob       # also whether bob may open it
            reconcile access --group admins   # what the group admins may open
            """,
        discussion: """
            In Authentik, groups, users and policies are bound to an application. Those who pass one of its bindings \
            ('or'), or all of them ('and'), may open it. Disabled bindings do not count, negated ones ('not') let in \
            everyone else, and a binding may expire. An application without an effective binding is open to everybody; \
            since 2026.5 an installation can be configured to deny access instead. Applications bound to the policy \
            'reconcile: nobody' were closed by this program, because the groups, users and policies in its file no \
            longer exist.

            'Bound for' is the owner whose file a binding was created for, according to the ownership mark; other \
            bindings were created by somebody else.

            --user asks Authentik about each application, with one request each: policies are evaluated, and nested \
            groups count. --group shows what a binding of exactly this group allows, and what is open to everybody.

            To declare who may open a service, see 'access' in 'reconcile schema --output markdown'; 'reconcile export' \
            writes the current state.

            Requires a superuser's token: Authentik shows other accounts only some of the applications, and answers \
            only for themselves.

            Exit codes: 0 the list is on stdout; 64 usage, or no such user or group; 69 Authentik cannot be reached or \
            observed; 77 the token is rejected, or does not belong to a superuser.
            """
    )

    @Option(help: ArgumentHelp("Show whether this user may open each application.", valueName: "username"))
    var user: String?

    @Option(help: ArgumentHelp("Show only what this group may open, and what is open to everybody.", valueName: "name"))
    var group: String?

    @Option(name: [.short, .long], help: "Output format: text, or json (manifests/schemas/access.schema.json).")
    var output: StatusCommand.Form = .text

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        let target = try connection.target()
        let logger = log.logger()
        connection.warn(logger)
        let client = try connection.client(of: target.address, target.token, logger: logger)
        do {
            let list = try await AccessReview(client: client).list(user: user, group: group)
            switch output {
            case .json: StandardOutput.print(JSONText.of(list))
            case .text:
                let table = AccessTable(style: style.standardOutput)
                StandardOutput.print(table.render(list, isSandbox: client.isSandbox))
            }
        } catch let refusal as AccessReview.Refusal {
            throw style.refusal(refusal.description, ExitStatus(refusal))
        } catch let error as AuthentikError {
            throw await style.refusal(PassFailure(error, remedy: nil), of: client)
        }
    }
}

extension ExitStatus {
    fileprivate init(_ refusal: AccessReview.Refusal) {
        self =
            switch refusal {
            case .limited: .refused
            case .unknown: .usage
            }
    }
}
