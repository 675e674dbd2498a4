import ArgumentParser
import AuthentikAPI
import ClientConfiguration
import DesiredState

/// `reconcile client-config`: prints the settings of the other side of a login.
struct ClientConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client-config",
        abstract: "Print the settings that a tool or reverse proxy needs for a service.",
        usage: """
            reconcile client-config grafana --for grafana --config FILE
            reconcile client-config trivy --for nginx --config FILE
            """,
        discussion: """
            A login has two sides: Authentik, which the file configures, and the tool that people log in to, or the \
            reverse proxy in front of a service without a login. This prints the configuration of the other side:

              \(readers)

            For OIDC services it has the client's settings: issuer, client id, URLs, scopes. It never contains the \
            client secret; a comment says where that is kept, and commands read it from there. For services with \
            forwardAuth it has the reverse proxy's settings: the request to the outpost, and the route to \
            /outpost.goauthentik.io.

              export AUTHENTIK_URL=https://sso.example.net
              export RECONCILE_CONFIG=services.yaml
              reconcile client-config grafana --for grafana > grafana.env
              reconcile client-config trivy --for caddy \
                --upstream http://127.0.0.1:8081 >> Caddyfile

            Comments at the top list the remaining steps. To publish the settings of an OIDC client to Kubernetes and \
            keep them up to date, see 'publish' in 'reconcile schema --output markdown'.

            Exit codes: 0 the settings are on stdout; 64 usage, no such service, or --for does not fit the service; 65 \
            the file is wrong.
            """
    )

    @Argument(help: "The slug of the service.")
    var slug: String

    @Option(name: .customLong("for"), help: ArgumentHelp("The tool or reverse proxy.", valueName: "tool"))
    var reader: Reader

    @OptionGroup var files: FileOptions

    @Option(
        help: ArgumentHelp(
            "The URL of Authentik; for OIDC clients, publicURL in the file takes precedence. (environment: AUTHENTIK_URL)",
            valueName: "url"
        )
    )
    var url: String?

    @Option(
        name: .customLong("outpost-url"),
        help: ArgumentHelp(
            "The URL of the outpost, as the reverse proxy reaches it. Default: that of Authentik, for the embedded outpost.",
            valueName: "url"
        )
    )
    var outpostURL: String?

    @Option(help: ArgumentHelp("The URL of the service itself, as the reverse proxy reaches it.", valueName: "url"))
    var upstream: String?

    @OptionGroup var style: StyleOptions

    /// A known tool or reverse proxy, which shells complete.
    struct Reader: ExpressibleByArgument {
        let name: String

        init?(argument: String) {
            guard Self.allValueStrings.contains(argument) else { return nil }
            name = argument
        }

        var defaultValueDescription: String { name }

        static var allValueStrings: [String] { ConfigurationPrinter.readers.map(\.name) }
        static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
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
                throw ValidationError("invalid \(name); expected http://HOST[:PORT] or https://HOST[:PORT]")
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
