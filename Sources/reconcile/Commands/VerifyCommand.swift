import Applying
import ArgumentParser
import AuthentikAPI
import Base
import DesiredState
import Planning
import Reporting
import SecretSources
import Verification

/// `reconcile verify`: whether logins work, as far as can be seen without one.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that the logins of a file's services work, without logging in; write nothing.",
        usage: """
            reconcile verify --config FILE
            reconcile verify --config FILE --only grafana --verbose
            reconcile verify --config FILE --output json
            """,
        discussion: """
            That Authentik is equal to the file does not prove that a login works. This asks what browsers and services ask, \
            and compares the answers with the file:

              discovery  the application's provider answers to OpenID Connect
              issuer     it is that of the service's issuerMode, at publicURL
                         (else at the address of Authentik)
              algorithm  tokens are signed as the signing key does, and not by
                         accident with HS256
              scopes     each declared scope is offered
              keys       the signing key is published; none with HS256
              login      with prompt=none it ends with login_required at the
                         redirect URI: client id, redirect URI and grant fit
              secret     Authentik has the client secret of its source
              button     of a service with loginURL: its own login button leads
                         to Authentik with this client id and redirect URI
              outpost    of a service with forwardAuth: its outpost answers at
                         the service's address

            No probe logs anybody in, changes anything, or leaves an entry in Authentik's audit log. There are at most four \
            for a service, at most two at the same time, and they end as soon as Authentik is slow (--slow-seconds) or does not \
            answer; what was not probed then is not verified. They go to publicURL; only the secret, as the API's token, \
            never goes anywhere but to AUTHENTIK_URL.

            What failed has a word for machines, says which two sides differ in what, and what to do. 'reconcile --once \
            --verify' does the same after a pass.

            What the service itself uses is only seen by its login button, where the file says 'loginURL'; 'reconcile \
            client-config' prints what it should use. A login is not tried where all redirect URIs are patterns without an 'example'; a public client has no secret.

            Exit codes: 0 each login is verified; 1 one failed, or was not probed; 64 usage; 65 the file is wrong; 69 \
            Authentik cannot be reached or observed; 77 the token is refused or lacks a permission.
            """
    )

    @OptionGroup var arguments: FileArguments
    @OptionGroup var pass: PassOptions
    @OptionGroup var probes: ProbeOptions

    @Option(help: ArgumentHelp("Only this service of the file; may be repeated.", valueName: "slug"))
    var only: [String] = []

    func validate() throws {
        if pass.isSandbox {
            throw ValidationError(
                "a sandbox that is made for this run has no service yet; use 'reconcile --once --sandbox --verify'"
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
    /// Probes the services that the session is about.
    ///
    /// - Throws: ``PassFailure``, or `CancellationError`.
    func verify(_ limits: ProbeLimits) async throws -> VerificationReport {
        var verifier = Verifier(client: pass.client)
        verifier.limits = limits
        verifier.isSandbox = options.isSandbox
        do {
            let resolved = await pass.secrets()
            let secrets = await pass.standIns?.filling(resolved, for: pass.client) ?? resolved
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

    /// - Throws: The exit code 64 if the file does not declare one of them.
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
