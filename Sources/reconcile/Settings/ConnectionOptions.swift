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

/// Which Authentik to connect to, and how.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The URL of Authentik. (environment: AUTHENTIK_URL)", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A file with the API token. (environment: AUTHENTIK_TOKEN_FILE, or the token itself in AUTHENTIK_TOKEN)",
            valueName: "file"
        ),
        completion: .file()
    )
    var tokenFile: String?

    @Option(
        help: ArgumentHelp("A PEM file of CA certificates to trust instead of the system's.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    @Option(help: ArgumentHelp("A PEM file with a client certificate.", valueName: "file"), completion: .file())
    var clientCertificate: String?

    @Option(
        help: ArgumentHelp("A PEM file with the private key of the client certificate.", valueName: "file"),
        completion: .file()
    )
    var clientKey: String?

    @Option(
        name: .customLong("timeout-seconds"),
        help: ArgumentHelp(
            "Time limit of a pass, including retries. A first pass takes about 0.1 s per service.",
            valueName: "n"
        )
    )
    var timeoutSeconds = Self.standardTimeout

    private static let standardTimeout = 300

    func validate() throws {
        guard timeoutSeconds > 0 else { throw ValidationError("--timeout-seconds must be positive") }
        for file in [caFile, clientCertificate, clientKey].compactMap({ $0 }) {
            do {
                try BoundedFile.check(file)
            } catch {
                throw SettingError("cannot read the file '\(file)': \(error)")
            }
        }
    }

    /// The given options, for commands that are printed.
    ///
    /// A pipe created by a shell for this command (`<(…)`) is left out: it no longer exists for the next one.
    func invocation(files: [String]) -> Invocation {
        func lasting(_ path: String?) -> String? {
            path.flatMap { $0.hasPrefix("/dev/fd/") || $0.hasPrefix("/proc/") ? nil : $0 }
        }
        let options = [
            ("--url", url), ("--ca-file", lasting(caFile)), ("--client-certificate", lasting(clientCertificate)),
            ("--client-key", lasting(clientKey)),
            ("--timeout-seconds", timeoutSeconds == Self.standardTimeout ? nil : "\(timeoutSeconds)"),
        ]
        let words = options.flatMap { name, value in value.map { [name, $0] } ?? [] }
        return Invocation(files: files, connection: words, tokenFile: lasting(tokenFile))
    }

    /// The address and token of Authentik.
    ///
    /// - Parameter offeringSandbox: whether the command also accepts `--sandbox`, which the error then mentions.
    /// - Throws: ``SettingError``.
    func target(offeringSandbox: Bool = false) throws -> (address: AuthentikAddress, token: Secret) {
        guard let text = url ?? Environment["AUTHENTIK_URL"], !text.isEmpty else {
            let sandbox = offeringSandbox && BuiltInAuthentik.isThere ? ", or use --sandbox to try things out" : ""
            throw SettingError(
                "no address of Authentik is given; set AUTHENTIK_URL (https://sso.example.net)\(sandbox)"
            )
        }
        return (try Self.address(text), try token())
    }

    /// - Throws: ``SettingError`` with the reason, which quotes nothing of the text.
    static func address(_ text: String) throws -> AuthentikAddress {
        guard let address = AuthentikAddress(text) else {
            let complaint = AuthentikAddress.complaint(about: text) ?? "is not a URL"
            throw SettingError("the address of Authentik \(complaint); expected e.g. https://sso.example.net")
        }
        return address
    }

    /// The path of the token file; nil if there is none.
    var tokenPath: String? {
        guard let path = tokenFile ?? Environment["AUTHENTIK_TOKEN_FILE"], !path.isEmpty else { return nil }
        return path
    }

    /// The current token.
    ///
    /// - Parameter kind: the kinds of file that are accepted.
    /// - Throws: ``SettingError``.
    func token(_ kind: BoundedFile.Kind = .any) throws -> Secret {
        let (text, source) = try tokenText(kind)
        let token = text.trimmed
        if let fault = Self.fault(of: token) { throw SettingError("the token in \(source) \(fault)") }
        return Secret(token)
    }

    /// The text of the token, and its source for error messages.
    private func tokenText(_ kind: BoundedFile.Kind) throws -> (text: String, source: String) {
        if let path = tokenPath {
            do {
                return (try TokenFile.text(path, kind), "'\(path)'")
            } catch {
                throw SettingError("cannot read the token file '\(path)': \(error)")
            }
        }
        guard let variable = Environment["AUTHENTIK_TOKEN"] else {
            throw SettingError("no token is given; set AUTHENTIK_TOKEN or AUTHENTIK_TOKEN_FILE")
        }
        return (variable, "AUTHENTIK_TOKEN")
    }

    /// Why a text is not a token, without quoting any of it; nil if it may be one.
    private static func fault(of token: String) -> String? {
        if token.isEmpty { return "is empty" }
        let words = token.split(whereSeparator: \.isWhitespace)
        if words.count > 1, words[0].lowercased() == "bearer" {
            return "starts with 'Bearer '; give the token alone, without that word"
        }
        if token.contains(where: \.isNewline) {
            return "has a line break in it; expected one line with the token alone"
        }
        if words.count > 1 { return "has white space in it; expected the token alone" }
        if token.count > 1, token.first == token.last, let mark = token.first, "\"'".contains(mark) {
            return "is in quotation marks; give it without them"
        }
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            return "has a character in it that a token cannot have"
        }
        return nil
    }

    /// What may expose secrets with these settings, or not be meant.
    func cautions(
        _ desired: DesiredState?,
        triggerToken: String? = nil,
        isSandbox: Bool = false
    ) -> [Caution] {
        let address = (url ?? Environment["AUTHENTIK_URL"]).flatMap(AuthentikAddress.init)
        let files = Caution.PrivateFiles(token: tokenPath, triggerToken: triggerToken, clientKey: clientKey)
        let hasBoth = Environment["AUTHENTIK_TOKEN_FILE"] != nil && Environment["AUTHENTIK_TOKEN"] != nil
        return Caution.all(
            address: isSandbox ? nil : address,
            files: files,
            desired: desired,
            ignoresTokenVariable: hasBoth && tokenFile == nil && !isSandbox
        )
    }

    /// Logs what may expose secrets; called once per run.
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

    /// Resolves secrets; for a sandbox in this process without using Kubernetes, and generating missing ones.
    ///
    /// - Parameter sandboxToken: the token of a sandbox in this process; nil for any other Authentik.
    func secretResolver(sandboxToken: Secret? = nil) -> SecretResolver {
        var resolver = SecretResolver(environment: Environment.variables)
        if let sandboxToken {
            resolver.placeholder = PlaceholderSecrets(for: sandboxToken).secret
        } else {
            let kubernetes = KubernetesAccess {
                try KubernetesConfiguration.find(environment: Environment.variables)
            }
            resolver.reader = KubernetesSecretReader(kubernetes)
        }
        return resolver
    }

    /// Generates missing secrets for an Authentik that identifies itself as a sandbox; including those in Kubernetes if
    /// there is no Kubernetes.
    func placeholders(for token: Secret) -> PlaceholderSecrets {
        let configuration = try? KubernetesConfiguration.find(environment: Environment.variables)
        return PlaceholderSecrets(for: token, coversKubernetes: configuration == nil)
    }

    /// A client that respects the time limit of a pass, and logs its retries.
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
        client.limit(toWritesAtOnce: concurrency)
        client.onRetry = RetryLog(logger: logger).report
        client.onSlowdown = SlowdownLog(logger: logger).report
        return client
    }

    /// A client of the Authentik given by the options and the environment.
    func client() throws -> AuthentikClient {
        let target = try target()
        return AuthentikClient(address: target.address, token: target.token, transport: try transport())
    }

    /// - Parameter concurrency: how many writes are sent at the same time, and half as many as requests; each needs a
    ///   connection.
    func transport(
        isSandbox: Bool = false,
        concurrency: Int = ConcurrencyOptions.standard
    ) throws -> CurlTransport {
        var configuration = TransportConfiguration()
        configuration.maximumConnectionsPerHost = max(configuration.maximumConnectionsPerHost, 2 * concurrency)
        configuration.authoritiesFile = caFile
        configuration.clientCertificateFile = clientCertificate
        configuration.clientKeyFile = clientKey
        // The sandbox is in this process: a proxy could not reach it.
        if isSandbox { configuration.proxy = .none }
        return try CurlTransport(configuration: configuration)
    }
}

/// Reads a file with a token, which may be a pipe such as a shell's `<(…)`.
enum TokenFile {
    private static let limit = 1 << 16

    /// - Throws: why the file cannot be read.
    static func text(_ path: String, _ kind: BoundedFile.Kind) throws(FileFailure) -> String {
        let bytes = try BoundedFile.contents(of: path, limit: limit, kind: kind)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileFailure("it is not UTF-8 text") }
        return text
    }
}
