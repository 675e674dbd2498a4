import ArgumentParser
import AuthentikAPI
import DesiredState
import FoundationEssentials
import Logging
import Planning
import Reconciling
import SecretSources
import Secrets
import Synchronization

/// Everything that a pass or a plan takes, and how to set it up.
struct PassOptions: ParsableArguments {
    @OptionGroup var files: FileOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var narrowing: NarrowingOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The form of the result on stdout: text, json, or, of a plan, markdown.",
            discussion: "manifests/schemas describes the JSON."
        )
    )
    var output: OutputFormat = .text

    @Flag(name: [.short, .long], help: "Also show the services that are in sync.")
    var verbose = false

    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    /// Loads the files, connects, lets `body` do its work, prints what it returns and ends with its status.
    ///
    /// - Parameter narrowing: what it is about; nil for what the options say.
    func run(
        _ narrowing: Narrowing? = nil,
        _ body: @escaping @Sendable (Session) async throws -> (output: String, status: ExitStatus)
    ) async throws {
        let narrowing = narrowing ?? self.narrowing.narrowing
        let target = connection.sandbox ? nil : try connection.target()
        let desired = try files.load(style: style.standardError)
        let result: (output: String, status: ExitStatus)
        do {
            if let target {
                result = try await body(try await session(desired, narrowing, target.address, target.token))
            } else {
                result = try await BuiltInAuthentik.run { address, token in
                    try await body(try await session(desired, narrowing, address, token))
                }
            }
        } catch let failure as PassFailure {
            throw refusal(failure.description, ExitStatus(failure))
        } catch let moved as PlanMoved {
            throw refusal(moved.description, .incomplete)
        } catch let unknown as UnknownServices {
            throw refusal("--only: \(unknown)", .usage)
        } catch let error as PlanFileError {
            throw refusal(error.description, .invalidFile)
        }
        StandardOutput.print(result.output)
        if result.status != .success { throw result.status.thrown }
    }

    /// Says why nothing came of it.
    ///
    /// - Returns: the error that ends the command.
    func refusal(_ message: String, _ status: ExitStatus) -> ArgumentParser.ExitCode {
        let lines = message.split(separator: "\n").map { String($0).printable }
        StandardError.print(style.standardError.red("error: ") + lines.joined(separator: "\n"))
        return status.thrown
    }

    private func session(
        _ desired: DesiredState,
        _ narrowing: Narrowing,
        _ address: AuthentikAddress,
        _ token: Secret
    ) async throws -> Session {
        let logger = log.logger()
        connection.warn(logger, about: desired)
        var client = AuthentikClient(address: address, token: token, transport: try connection.transport())
        client.deadline = .now + .seconds(connection.timeoutSeconds)
        client.onRetry = RetryLog(logger: logger).report
        let resolution = connection.secretResolution()
        var pass = Pass(client: client, desired: desired) { await resolution.resolve(desired, narrowing) }
        pass.kubernetes = resolution.kubernetes
        pass.narrowing = narrowing
        pass.onProgress = ProgressLog(logger: logger).report
        return Session(
            pass: pass,
            isSandbox: connection.sandbox,
            output: output,
            isVerbose: verbose,
            style: style.standardOutput
        )
    }
}

/// One pass that is ready to run, and how to show what comes of it.
struct Session: Sendable {
    var pass: Pass
    var isSandbox: Bool
    var output: OutputFormat
    var isVerbose: Bool
    var style: Style
}

extension ExitStatus {
    /// The error that ends the command with this status and prints nothing.
    var thrown: ArgumentParser.ExitCode { ArgumentParser.ExitCode(rawValue) }
}
