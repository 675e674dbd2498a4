import Applying
import ArgumentParser
import AuthentikAPI
import Base
import CurlTransport
import DesiredState
import Files
import FoundationEssentials
import Kinds
import KubernetesAPI
import Logging
import SecretSources
import Secrets
import Setup

/// Which Authentik, and how to reach it.
struct ConnectionOptions: ParsableArguments {
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
        guard timeoutSeconds > 0 else { throw ValidationError("--timeout-seconds must be positive") }
        for file in [caFile, clientCertificate, clientKey].compactMap({ $0 }) {
            do {
                try BoundedFile.check(file)
            } catch {
                throw ValidationError("the file '\(file)' cannot be read: \(error)")
            }
        }
    }

    /// The address and token of Authentik.
    ///
    /// - Parameter offeringSandbox: whether the command could do without, by `--sandbox`.
    /// - Throws: `ValidationError` that says what is missing, or ``TokenFileError``.
    func target(offeringSandbox: Bool = false) throws -> (address: AuthentikAddress, token: Secret) {
        guard let text = url ?? Environment["AUTHENTIK_URL"], !text.isEmpty else {
            let sandbox = offeringSandbox && BuiltInAuthentik.isThere ? ", or use --sandbox to try things out" : ""
            throw ValidationError("no Authentik is given; set AUTHENTIK_URL (https://sso.example.net)\(sandbox)")
        }
        guard let address = AuthentikAddress(text) else {
            throw ValidationError("the address of Authentik must be of the form https://sso.example.net")
        }
        return (address, try token())
    }

    /// The file with the token, if there is one.
    var tokenPath: String? {
        guard let path = tokenFile ?? Environment["AUTHENTIK_TOKEN_FILE"], !path.isEmpty else { return nil }
        return path
    }

    /// The token as it is now.
    ///
    /// - Parameter kind: what its file may be.
    /// - Throws: `ValidationError` that says what is wrong with it, or ``TokenFileError``.
    func token(_ kind: BoundedFile.Kind = .any) throws -> Secret {
        let text: String
        if let path = tokenPath {
            do {
                text = try TokenFile.text(path, kind)
            } catch {
                throw TokenFileError(path, error)
            }
        } else if let variable = Environment["AUTHENTIK_TOKEN"] {
            text = variable
        } else {
            throw ValidationError("no token is given; set AUTHENTIK_TOKEN or AUTHENTIK_TOKEN_FILE")
        }
        let token = text.trimmed
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw ValidationError("the token is empty or holds characters that no token has")
        }
        return Secret(token)
    }

    /// What may give secrets away here.
    func cautions(
        _ desired: DesiredState?,
        triggerToken: String? = nil,
        isSandbox: Bool = false
    ) -> [Caution] {
        let address = (url ?? Environment["AUTHENTIK_URL"]).flatMap(AuthentikAddress.init)
        let files = Caution.PrivateFiles(token: tokenPath, triggerToken: triggerToken, clientKey: clientKey)
        return Caution.all(address: isSandbox ? nil : address, files: files, desired: desired)
    }

    /// Logs them, once for this run.
    func warn(
        _ logger: Logger,
        about desired: DesiredState? = nil,
        triggerToken: String? = nil,
        isSandbox: Bool = false
    ) {
        for caution in cautions(desired, triggerToken: triggerToken, isSandbox: isSandbox) {
            logger.warning("\(caution)")
        }
    }

    /// Where secrets are looked for; a sandbox asks no Kubernetes, and makes up what is missing, once for each reference.
    func secretResolver(isSandbox: Bool = false) -> SecretResolver {
        var resolver = SecretResolver(environment: Environment.variables)
        if isSandbox {
            resolver.standIn = StandIns().secret
        } else {
            let kubernetes = KubernetesAccess {
                try KubernetesConfiguration.find(environment: Environment.variables)
            }
            resolver.reader = KubernetesSecretReader(kubernetes)
        }
        return resolver
    }

    /// A client that is done within the time limit of a pass, and logs what it tries again.
    func client(
        of address: AuthentikAddress,
        _ token: Secret,
        logger: Logger,
        isSandbox: Bool = false,
        concurrency: Int = ConcurrencyOptions.standard
    ) throws -> AuthentikClient {
        let transport = try transport(isSandbox: isSandbox, concurrency: concurrency)
        var client = AuthentikClient(address: address, token: token, transport: transport)
        client.deadline = .now + .seconds(timeoutSeconds)
        client.onRetry = RetryLog(logger: logger).report
        return client
    }

    /// - Parameter concurrency: how many writes are sent at the same time; each needs a connection.
    func transport(
        isSandbox: Bool = false,
        concurrency: Int = ConcurrencyOptions.standard
    ) throws -> CurlTransport {
        var configuration = TransportConfiguration()
        configuration.maximumConnectionsPerHost = max(configuration.maximumConnectionsPerHost, concurrency)
        configuration.authoritiesFile = caFile
        configuration.clientCertificateFile = clientCertificate
        configuration.clientKeyFile = clientKey
        // The sandbox is in this process: no proxy stands between.
        if isSandbox { configuration.proxy = .none }
        return try CurlTransport(configuration: configuration)
    }
}

/// A file with a token; a pipe, as a shell's `<(…)` makes it, is one too.
enum TokenFile {
    private static let limit = 1 << 16

    /// - Throws: why there is none to read.
    static func text(_ path: String, _ kind: BoundedFile.Kind) throws(FileFailure) -> String {
        let bytes = try BoundedFile.contents(of: path, limit: limit, kind: kind)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileFailure("it is not text") }
        return text
    }
}

/// The file with the token of Authentik is of no use; a matter of that file, and not of how the command is used.
struct TokenFileError: Error, CustomStringConvertible {
    let description: String

    init(_ path: String, _ failure: FileFailure) {
        description = "the token file '\(path)' cannot be read: \(failure)"
    }
}

extension String {
    func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
