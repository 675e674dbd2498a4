import Applying
import AuthentikAPI
import DesiredState
import Kinds
import Logging
import Planning
import Reporting
import SecretSources
import Secrets
import Verification

/// One pass that is ready to run, and how to show what comes of it.
struct Session: Sendable {
    var pass: Pass
    let options: PassOptions

    /// A plan as the result of `reconcile plan`.
    ///
    /// - Parameter standIns: the secrets that were made up.
    func render(
        _ plan: Plan,
        _ release: Release,
        standIns: [SecretReference] = [],
        savedTo: String? = nil
    ) -> String {
        var result = PlanResult(
            plan: plan,
            release: release,
            address: pass.client.address,
            narrowing: pass.narrowing
        )
        result.isSandbox = options.isSandbox
        result.standIns = standIns
        result.allowedDeletions = pass.allowedDeletions
        result.savedTo = savedTo
        return switch options.output {
        case .text: PlanText(style: options.style.standardOutput, isVerbose: options.verbose).render(result)
        case .markdown: PlanMarkdown(isVerbose: options.verbose).render(result)
        case .json: JSONText.of(pass.record(plan, release))
        }
    }

    /// A report as the result of `reconcile --once`.
    ///
    /// - Parameter proof: what came of the probes after the pass; nil if there were none.
    func render(_ report: PassReport, _ proof: Proof? = nil) -> String {
        let address = pass.client.address
        guard options.output != .json else {
            return JSONText.of(ReportDocument(report, address: address, verification: proof?.report))
        }
        let text = ReportText(style: options.style.standardOutput, isVerbose: options.verbose)
            .render(report, address: address, isSandbox: options.isSandbox)
        switch proof {
        case nil: return text
        case .seen(let seen)?:
            let rest = verificationText.render(seen, isSandbox: options.isSandbox, withHeading: false)
            return "\(text)\n\n\(rest)"
        case .unseen(let failure)?:
            return "\(text)\n\n\(options.style.standardOutput.red("Verification: \(failure)".printable))"
        }
    }

    /// What came of the probes after a pass, whose writes are done, however they end.
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
    /// Loads the files, connects, lets `body` do its work, prints what it returns and ends with its status.
    ///
    /// - Parameters:
    ///   - narrowing: what it is about.
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

    /// Says why a pass came to nothing, where it is no mistake of this program.
    private func refusing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let failure as PassFailure {
            throw style.refusal(failure.description, ExitStatus(failure))
        } catch let moved as PlanMoved {
            throw style.refusal(moved.description, .incomplete)
        } catch let unknown as UnknownServices {
            throw style.refusal("--only: \(unknown)", .usage)
        } catch let error as PlanFileError {
            throw style.refusal(error.description, .invalidFile)
        }
    }

    /// Calls with an Authentik: the given one, or else one that is made for this run.
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
        let resolver = connection.secretResolver(isSandbox: isSandbox)
        var pass = Pass(client: client, desired: desired) { await resolver.resolve(desired, narrowing) }
        pass.kubernetes = resolver.reader?.kubernetes
        pass.narrowing = narrowing
        pass.concurrency = concurrency
        pass.onProgress = ProgressLog(logger: logger).report
        return Session(pass: pass, options: self)
    }
}
