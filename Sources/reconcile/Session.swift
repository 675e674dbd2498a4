import Applying
import AuthentikAPI
import Base
import DesiredState
import Glibc
import Kinds
import Logging
import Planning
import Reporting
import SecretSources
import Secrets
import Verification

/// A pass that is ready to run, and how to show its result.
struct Session: Sendable {
    var pass: Pass
    let options: PassOptions

    /// Whether Authentik is a sandbox: in this process, or one that identifies itself.
    var isSandbox: Bool { options.isSandbox || pass.client.isSandbox }

    /// A plan as the output of `reconcile plan`.
    ///
    /// - Parameter placeholders: the secrets that were generated.
    func render(
        _ plan: Plan,
        _ release: Release,
        placeholders: [SecretReference] = [],
        savedTo: String? = nil
    ) -> String {
        var result = PlanResult(
            plan: plan,
            release: release,
            address: pass.client.address,
            narrowing: pass.narrowing
        )
        result.isSandbox = isSandbox
        result.placeholders = placeholders
        result.allowedDeletions = pass.allowedDeletions
        result.savedTo = savedTo
        result.invocation = options.invocation
        return switch options.output {
        case .text: PlanText(style: options.style.standardOutput, isVerbose: options.verbose).render(result)
        case .markdown: PlanMarkdown(isVerbose: options.verbose).render(result)
        case .json: JSONText.of(pass.record(plan, release))
        }
    }

    /// A report as the output of `reconcile --once`.
    ///
    /// - Parameters:
    ///   - proof: the result of the probes after the pass; nil if there were none.
    ///   - live: what printed part of it already; nil if nothing did.
    func render(_ report: PassReport, _ proof: Proof? = nil, after live: LiveReport? = nil) -> String {
        let address = pass.client.address
        switch options.output {
        case .json:
            return JSONText.of(ReportDocument(report, address: address, verification: proof?.report))
        case .markdown:
            let text = ReportMarkdown(isVerbose: options.verbose)
                .render(report, address: address, isSandbox: isSandbox) { held in
                    options.invocation.command("--once", "--allow-deletions", "\(held.deletions)")
                }
            switch proof {
            case nil: return text
            case .seen(let seen)?:
                return "\(text)\n\n" + VerificationMarkdown().render(seen, isSandbox: isSandbox)
            case .unseen(let failure)?: return "\(text)\n\n" + VerificationMarkdown().failure(failure)
            }
        case .text:
            let text =
                live?.rest(report) ?? reportText.render(report, address: address, isSandbox: isSandbox)
            switch proof {
            case nil: return text
            case .seen(let seen)?:
                let rest = verificationText.render(seen, isSandbox: isSandbox, withHeading: false)
                return "\(text)\n\n\(rest)"
            case .unseen(let failure)?:
                return "\(text)\n\n\(options.style.standardOutput.red("Verification: \(failure)".printable))"
            }
        }
    }

    private var reportText: ReportText {
        var text = ReportText(style: options.style.standardOutput, isVerbose: options.verbose)
        text.invocation = options.invocation
        return text
    }

    /// Runs the pass as an interruptible one; on a terminal, services are printed as soon as they are finished.
    ///
    /// - Parameters:
    ///   - reviewed: the only plan that may be applied; nil for any.
    ///   - limits: the limits of the probes afterwards; nil for no probes.
    func apply(_ reviewed: PlanRecord?, proving limits: ProbeLimits?) async throws -> (
        output: String, status: ExitStatus
    ) {
        let interruption = Interruption(gate: pass.client.gate, style: options.style)
        let live = isWatched ? liveReport : nil
        var pass = pass
        let onEvent = pass.onEvent
        pass.onEvent = { event in
            switch event {
            case .planned(let plan, let release):
                interruption.beginWriting()
                live?.begin(plan, release)
            case .ended(let outcome): live?.show(outcome)
            case .reading, .writing: break
            }
            onEvent?(event)
        }
        let report = try await interruption.run { [pass] in try await pass.run(applying: reviewed) }
        if let status = interruption.status, !report.isConverged {
            let advice = "interrupted: \(report.extent); run the command again to finish the rest"
            return ("\(render(report, after: live))\n\n\(advice)", status)
        }
        if report.isForbidden {
            StandardError.print(
                "error: nothing was written: the account of the token lacks permissions (a view-only account can only plan); "
                    + options.invocation.completing("'reconcile bootstrap' makes an account that can write").printable
            )
        }
        guard let limits else { return (render(report, after: live), ExitStatus(report)) }
        let proof = await proof(limits)
        return (render(report, proof, after: live), proof.isVerified ? ExitStatus(report) : .incomplete)
    }

    /// Whether a user sees the report while it is made.
    private var isWatched: Bool { options.output == .text && isatty(STDOUT_FILENO) == 1 }

    private var liveReport: LiveReport {
        LiveReport(reportText, address: pass.client.address, isSandbox: { isSandbox }) { StandardOutput.print($0) }
    }

    /// The result of the probes after a pass, whose writes are done whatever the result.
    enum Proof: Sendable {
        case seen(VerificationReport)
        case unseen(String)

        var report: VerificationReport? { if case .seen(let report) = self { report } else { nil } }
        var isVerified: Bool { report?.isVerified ?? false }
    }

    func proof(_ limits: ProbeLimits) async -> Proof {
        do {
            return .seen(try await verify(limits))
        } catch {
            return .unseen("\(error)")
        }
    }
}

extension PassOptions {
    /// Loads the files, connects, runs `body`, prints what it returns and ends with its status.
    ///
    /// - Parameters:
    ///   - narrowing: the services that it is limited to.
    ///   - concurrency: how many writes are sent at the same time.
    func run(
        _ narrowing: Narrowing = Narrowing(),
        concurrency: Int = ConcurrencyOptions.standard,
        _ body: @escaping @Sendable (Session) async throws -> (output: String, status: ExitStatus)
    ) async throws {
        let target = isSandbox ? nil : try connection.target(offeringSandbox: true)
        let desired = try files.load(style: style.standardError)
        let (output, status) = try await refusing {
            try await with(target) { address, token in
                try await body(try session(desired, narrowing, concurrency: concurrency, at: address, with: token))
            }
        }
        StandardOutput.print(output)
        if status != .success { throw status.thrown }
    }

    /// Reports why a pass failed, unless it is a bug of this program.
    private func refusing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let failure as PassFailure {
            throw await style.refusal(failure, of: try? connection.client(), invocation)
        } catch let moved as PlanMoved {
            throw style.refusal(moved.description, .incomplete)
        } catch let unknown as UnknownServices {
            throw style.refusal("--only: \(unknown)", .usage)
        } catch let error as PlanFileError {
            throw style.refusal(error.description, .invalidFile)
        }
    }

    /// Calls `body` with the given Authentik, or else with one that is started for this run.
    private func with<Result: Sendable>(
        _ target: (address: AuthentikAddress, token: Secret)?,
        _ body: @escaping @Sendable (AuthentikAddress, Secret) async throws -> Result
    ) async throws -> Result {
        if let target { return try await body(target.address, target.token) }
        return try await BuiltInAuthentik.run(body)
    }

    private func session(
        _ desired: DesiredState,
        _ narrowing: Narrowing,
        concurrency: Int,
        at address: AuthentikAddress,
        with token: Secret
    ) throws -> Session {
        let logger = log.logger()
        connection.warn(logger, about: desired, isSandbox: isSandbox)
        let client = try connection.client(
            of: address,
            token,
            logger: logger,
            isSandbox: isSandbox,
            concurrency: concurrency
        )
        let resolver = connection.secretResolver(sandboxToken: isSandbox ? token : nil)
        var pass = Pass(client: client, desired: desired) { await resolver.resolve(desired, narrowing) }
        pass.placeholders = isSandbox ? nil : connection.placeholders(for: token)
        pass.kubernetes = resolver.reader?.kubernetes
        pass.narrowing = narrowing
        pass.concurrency = concurrency
        let (progress, progressLog) = (PassProgress(), ProgressLog(logger: logger))
        pass.onEvent = { event in
            if ProgressLine.isThere { progress.take(event) } else { progressLog.take(event) }
        }
        return Session(pass: pass, options: self)
    }
}
