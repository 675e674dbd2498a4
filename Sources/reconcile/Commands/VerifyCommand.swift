import Applying
import ArgumentParser
import AuthentikAPI
import Base
import DesiredState
import Planning
import Reporting
import SecretSources
import Verification

/// `reconcile verify`: tests logins, as far as possible without logging in.
struct VerifyCommand: PassCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify that the services' logins work, without logging in. Read-only.",
        usage: """
            reconcile verify services.yaml
            reconcile verify services.yaml --only grafana --verbose
            reconcile verify services.yaml --output json
            """,
        discussion: """
            Even if Authentik is in sync with the file, a login may fail. This sends the requests that browsers and \
            services send, and compares the answers with the file:

              discovery  the application's provider answers to OpenID Connect
              issuer     the issuer fits the service's issuerMode, at publicURL
                         (or the address of Authentik)
              algorithm  tokens are signed with the signing key, and not by
                         accident with HS256
              scopes     each declared scope is offered
              keys       the signing key is published; none with HS256
              login      with prompt=none, Authentik returns login_required to
                         the redirect URI: client id, redirect URI and grant
                         are accepted
              secret     Authentik accepts the client secret
              button     with loginURL: the service's own login button leads
                         to Authentik with this client id and redirect URI
              outpost    with forwardAuth: the outpost answers at the
                         service's address

            Probes log nobody in, change nothing, and leave no entry in Authentik's audit log. There are at most four \
            per service, at most two at a time. They stop as soon as Authentik is slow (--slow-seconds) or does not \
            answer; the remaining logins then count as not verified. Probes are sent to publicURL; the client secret and \
            the API token are sent to AUTHENTIK_URL only.

            A failure has a reason code, says what differs on which side, and what to do. 'reconcile apply --verify' \
            does the same after a pass.

            What the service itself is configured with shows only at its login button, if the file has 'loginURL'; \
            'reconcile client-config' prints what it should use. The login is not probed for services whose redirect \
            URIs are all patterns without an 'example', the secret not for public clients.

            Exit codes: 0 all logins are verified; 1 one failed, or was not probed; 64 usage; 65 the file is wrong; 69 \
            Authentik cannot be reached or observed; 77 the token is rejected or lacks a permission.
            """
    )

    @OptionGroup var arguments: FileArguments
    @OptionGroup var files: FileOptions
    @OptionGroup var builtIn: BuiltInOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var result: ResultOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var probes: ProbeOptions

    @Option(help: ArgumentHelp("Limit the run to this service of the file (repeatable).", valueName: "slug"))
    var only: [String] = []

    func validate() throws {
        if pass.isSandbox {
            throw ValidationError(
                "a sandbox is empty at the start of each run; use 'reconcile apply --sandbox --verify'"
            )
        }
    }

    func run() async throws {
        let only = only
        let style = pass.style
        let limits = try probes.limits
        try await pass.with(arguments).run(Narrowing(only: only)) { session in
            try session.checkDeclared(only, style)
            let report = try await session.verify(limits)
            return (session.render(report), report.isVerified ? .success : .incomplete)
        }
    }
}

extension Session {
    /// Probes the logins of the services that the session is limited to.
    ///
    /// - Throws: ``PassFailure``, or `CancellationError`.
    func verify(_ limits: ProbeLimits) async throws -> VerificationReport {
        var verifier = Verifier(client: pass.client)
        verifier.limits = limits
        verifier.isSandbox = options.isSandbox
        verifier.invocation = options.invocation
        do {
            let resolved = await pass.secrets()
            let secrets = await pass.placeholders?.filling(resolved, for: pass.client) ?? resolved
            return try await verifier.verify(pass.desired, where: pass.narrowing.includes, secrets: secrets.looks)
        } catch let error as AuthentikError {
            throw PassFailure(error)
        }
    }

    /// A verification as the result of `reconcile verify`.
    func render(_ report: VerificationReport) -> String {
        switch options.output {
        case .text: verificationText.render(report, isSandbox: isSandbox)
        case .markdown: VerificationMarkdown().render(report, isSandbox: isSandbox)
        case .json: JSONText.of(VerificationDocument(report))
        }
    }

    var verificationText: VerificationText {
        VerificationText(style: options.style.standardOutput, isVerbose: options.verbose)
    }

    /// - Throws: the exit code 64 if the file does not declare one of them.
    fileprivate func checkDeclared(_ slugs: [String], _ style: StyleOptions) throws {
        let declared = pass.desired.services.map(\.slug)
        let unknown = slugs.filter { !declared.contains($0) }
        guard !unknown.isEmpty else { return }
        let lines = unknown.map { slug in
            let nearest = Suggestion.nearest(to: slug, among: declared)
            return "--only: the file declares no service '\(slug)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        }
        throw style.refusal(lines.joined(separator: "\n"), .usage)
    }
}
