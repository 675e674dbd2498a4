import Applying
import ArgumentParser
import AuthentikAPI
import Exporting
import Reporting

/// `reconcile access`: who may open what.
struct AccessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Show who may open what, as Authentik has it now; needs no file, and writes nothing.",
        usage: """
            reconcile access                  # each application, and whom it is open to
            reconcile access --user bob       # and whether bob may open it
            reconcile access --group admins   # only what admins are let into
            """,
        discussion: """
            In Authentik, groups, users and policies are bound to an application, and it is open to those whom its \
            bindings let in: to whom one of them does ('or'), or all of them ('and'). A binding that is disabled does \
            not count, one that is negated ('not') lets in all others, and one may end by itself. An application \
            without a binding that counts is open to everybody; since 2026.5 an installation can be set to leave it \
            open to nobody. One that is bound to the policy 'reconcile: nobody' was closed by this program, because the \
            groups, users and policies that its file names are gone.

            'Bound for' names the owner whose file a binding was made for, as the ownership mark says; somebody else \
            made the others.

            --user asks Authentik itself about each application, one request each: policies are run, and members of \
            members count. --group leaves what a binding of just this group lets in, and what is open to everybody.

            To say in a file who may open a service, see 'access' in 'reconcile schema'; 'reconcile export' writes what \
            is there.

            It needs the token of a superuser: Authentik shows anybody else some of the applications only, and answers \
            for nobody else.

            Exit codes: 0 the list is on stdout; 64 usage, or there is no such user or group; 69 Authentik cannot be \
            reached or observed; 77 the token is refused, or is no superuser's.
            """
    )

    @Option(help: ArgumentHelp("Ask Authentik whether this user may open each application.", valueName: "username"))
    var user: String?

    @Option(help: ArgumentHelp("Only what this group is let into, and what is open to everybody.", valueName: "name"))
    var group: String?

    @Option(name: [.short, .long], help: "text, or json as manifests/schemas/access.schema.json describes it.")
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
            case .text: StandardOutput.print(AccessTable(style: style.standardOutput).render(list))
            }
        } catch let refusal as AccessReview.Refusal {
            throw style.refusal(refusal.description, ExitStatus(refusal))
        } catch let error as AuthentikError {
            throw await style.refusal(PassFailure(error), of: client)
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
