import ArgumentParser
import AuthentikAPI
import ClientConfiguration
import DesiredState

/// `reconcile client-config`: what the other side of a login is to be told.
struct ClientConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client-config",
        abstract: "Print what a tool or reverse proxy needs for a service of the file; needs no Authentik.",
        usage: """
            reconcile client-config grafana --for grafana --config FILE
            reconcile client-config trivy --for nginx --config FILE
            """,
        discussion: """
            A service of the file is one side of a login, and there is another one: the tool that logs people in, or the \
            reverse proxy before a service that cannot. This prints its part, in its own form:

              \(readers)

            For a service with a redirect path it is the settings of the OIDC client: issuer, client id, URLs, scopes. The \
            client secret is in none of it; a comment says where it is kept, and commands take it from there. For a service \
            with forwardAuth it is what asks the outpost, and the way to /outpost.goauthentik.io, for a reverse proxy.

              export AUTHENTIK_URL=https://sso.example.net RECONCILE_CONFIG=services.yaml
              reconcile client-config grafana --for grafana > grafana.env
              reconcile client-config trivy --for caddy --upstream http://127.0.0.1:8081 >> Caddyfile

            Comments at the top say what is left to do. To have the settings of an OIDC client in Kubernetes, and kept up \
            to date there, see 'publish' in 'reconcile schema'.

            Exit codes: 0 it is on stdout; 64 usage, there is no such service, or it is nothing for --for; 65 the file is \
            wrong.
            """
    )

    @Argument(help: "The slug of the service.")
    var slug: String

    @Option(name: .customLong("for"), help: ArgumentHelp("Who is to read it.", valueName: "tool"))
    var reader: Reader

    @OptionGroup var files: FileOptions

    @Option(
        help: ArgumentHelp(
            "Where Authentik is; publicURL in the file comes first for an OIDC client. (environment: AUTHENTIK_URL)",
            valueName: "url"
        )
    )
    var url: String?

    @Option(
        name: .customLong("outpost-url"),
        help: ArgumentHelp(
            "Where the reverse proxy reaches the outpost: the address of Authentik for the embedded one, unless given.",
            valueName: "url"
        )
    )
    var outpostURL: String?

    @Option(help: ArgumentHelp("Where the reverse proxy reaches the service itself.", valueName: "url"))
    var upstream: String?

    @OptionGroup var style: StyleOptions

    /// One of the words that are known; the shell completes them.
    struct Reader: ExpressibleByArgument {
        let name: String

        init?(argument: String) {
            guard Self.allValueStrings.contains(argument) else { return nil }
            name = argument
        }

        var defaultValueDescription: String { name }

        static var allValueStrings: [String] { ConfigurationPrinter.readers.map(\.name) }
    }

    private static var readers: String {
        let readers = ConfigurationPrinter.readers
        let width = readers.map(\.name.count).max() ?? 0
        return readers.map { reader in
            reader.name + String(repeating: " ", count: width - reader.name.count + 2) + reader.title
        }.joined(separator: "\n  ")
    }

    func validate() throws {
        for (name, value) in [("--outpost-url", outpostURL), ("--upstream", upstream)] {
            if let value, !ConfigurationPrinter.Addresses.isUsable(value) {
                throw ValidationError("\(name) must be an http or https URL of a host, and a port if need be")
            }
        }
    }

    func run() throws {
        let authentik = try address()
        let desired = try files.load(style: style.standardError)
        let printer = ConfigurationPrinter(
            .init(authentik: authentik, publicURL: desired.publicURL, outpost: outpostURL, upstream: upstream)
        )
        do {
            StandardOutput.write(try printer.text(for: reader.name, of: slug, in: desired))
        } catch {
            throw style.refusal(error.description, .usage)
        }
    }

    private func address() throws -> String? {
        guard let text = url ?? Environment["AUTHENTIK_URL"], !text.isEmpty else { return nil }
        return try ConnectionOptions.address(text).description
    }
}
