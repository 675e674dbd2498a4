import ArgumentParser
import AuthentikAPI
import CurlTransport
import Deploying
import DesiredState
import Files
import FoundationEssentials
import KubernetesAPI
import Logging
import Reconciling
import SecretSources
import Secrets

/// Which Authentik, and how to reach it.
struct ConnectionOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Use a built-in Authentik, made for this run, instead of a real one.",
            visibility: BuiltInAuthentik.isThere ? .default : .hidden
        )
    )
    var sandbox = false

    @Option(help: ArgumentHelp("The address of Authentik. (environment: AUTHENTIK_URL)", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A file with the API token. (environment: AUTHENTIK_TOKEN_FILE, or the token itself in AUTHENTIK_TOKEN)",
            valueName: "file"
        )
    )
    var tokenFile: String?

    @Option(help: ArgumentHelp("A PEM file with the authorities to trust instead of the system's.", valueName: "file"))
    var caFile: String?

    @Option(help: ArgumentHelp("A PEM file with a client certificate.", valueName: "file"))
    var clientCertificate: String?

    @Option(help: ArgumentHelp("A PEM file with the client certificate's key.", valueName: "file"))
    var clientKey: String?

    @Option(
        name: .customLong("timeout-seconds"),
        help: ArgumentHelp(
            "How long a pass may take, retries included; a first pass needs about 0.1 s for each service.",
            valueName: "n"
        )
    )
    var timeoutSeconds = 300

    func validate() throws {
        if sandbox { try BuiltInAuthentik.check() }
        guard timeoutSeconds > 0 else { throw ValidationError("--timeout-seconds must be positive") }
        for file in [caFile, clientCertificate, clientKey].compactMap({ $0 }) {
            do {
                try BoundedFile.check(file)
            } catch {
                throw ValidationError("the file '\(file)' cannot be read: \(error)")
            }
        }
    }

    /// The address and token of the real Authentik.
    ///
    /// - Throws: `ValidationError` that says what is missing, or ``TokenFileError``.
    func target() throws -> (address: AuthentikAddress, token: Secret) {
        let environment = ProcessInfo.processInfo.environment
        guard let text = url ?? environment["AUTHENTIK_URL"], !text.isEmpty else {
            let offer = BuiltInAuthentik.isThere ? ", or use --sandbox to try things out" : ""
            throw ValidationError("no Authentik is given; set AUTHENTIK_URL (https://sso.example.net)\(offer)")
        }
        guard let address = AuthentikAddress(text) else {
            throw ValidationError("the address of Authentik must be of the form https://sso.example.net")
        }
        return (address, try token())
    }

    /// The file with the token, if there is one.
    var tokenPath: String? {
        guard let path = tokenFile ?? ProcessInfo.processInfo.environment["AUTHENTIK_TOKEN_FILE"], !path.isEmpty
        else { return nil }
        return path
    }

    /// The token as it is now.
    ///
    /// - Parameter kind: what its file may be.
    /// - Throws: `ValidationError` that says what is wrong with it, or ``TokenFileError``.
    func token(_ kind: BoundedFile.Kind = .any) throws -> Secret {
        let text: String
        let environment = ProcessInfo.processInfo.environment
        if let path = tokenPath {
            do {
                text = try TokenFile.text(path, kind)
            } catch {
                throw TokenFileError(path, error)
            }
        } else if let variable = environment["AUTHENTIK_TOKEN"], !variable.isEmpty {
            text = variable
        } else {
            throw ValidationError("no token is given; set AUTHENTIK_TOKEN or AUTHENTIK_TOKEN_FILE")
        }
        let token = text.trimmingWhitespace()
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw ValidationError("the token is empty or holds characters that no token has")
        }
        return Secret(token)
    }

    /// What may give secrets away here.
    func cautions(_ desired: DesiredState?, triggerToken: String? = nil) -> [Caution] {
        let address = (url ?? ProcessInfo.processInfo.environment["AUTHENTIK_URL"]).flatMap(AuthentikAddress.init)
        let files = Caution.PrivateFiles(token: tokenPath, triggerToken: triggerToken, clientKey: clientKey)
        return Caution.all(address: sandbox ? nil : address, files: files, desired: desired)
    }

    /// Logs them, once for this run.
    func warn(_ logger: Logger, about desired: DesiredState? = nil, triggerToken: String? = nil) {
        for caution in cautions(desired, triggerToken: triggerToken) { logger.warning("\(caution)") }
    }

    /// Where secrets are looked for; a sandbox asks no Kubernetes, and makes up what is missing, once for each reference.
    func secretResolution() -> SecretResolution {
        let environment = ProcessInfo.processInfo.environment
        var resolution = SecretResolution(SecretResolver(environment: environment))
        if sandbox {
            resolution.standIn = StandIns().secret
        } else {
            resolution.kubernetes = KubernetesSecrets { try KubernetesConfiguration.find(environment: environment) }
        }
        return resolution
    }

    func transport() throws -> CurlTransport {
        var configuration = TransportConfiguration()
        configuration.authoritiesFile = caFile
        configuration.clientCertificateFile = clientCertificate
        configuration.clientKeyFile = clientKey
        // The sandbox is in this process: no proxy stands between.
        if sandbox { configuration.proxy = .none }
        return try CurlTransport(configuration: configuration)
    }
}
