package import ArgumentParser
import AuthentikSandbox
import UnixSignals

/// `reconcile sandbox`: serves the built-in Authentik.
package struct SandboxCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve a built-in Authentik to try things out.",
        discussion: """
            It answers the API as Authentik does, refusals and traps included, and forgets everything when it ends, \
            unless --state names a file. Each request is printed as it is answered. Ctrl-C stops it.


            """
                + FaultOptions.help
    )

    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 for any free one.", valueName: "n"))
    var port = 9000

    @Option(
        help: ArgumentHelp(
            "The API token of the superuser; that of the state, or made up, if not given.",
            valueName: "text"
        )
    )
    var token: String?

    @OptionGroup var state: StateOptions

    @OptionGroup var faults: FaultOptions

    @Option(
        help: ArgumentHelp("Also append each request to this file, as a line of JSON.", valueName: "file")
    )
    var logFile: String?

    package init() {}

    package func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
        if let token, token.isEmpty { throw ValidationError("--token must not be empty") }
    }

    package func run() async throws {
        let initial = try initialState()
        let token = initial.administratorToken ?? SandboxState.makeToken()
        var configuration = Sandbox.Configuration(token: token)
        configuration.state = initial
        configuration.stateFile = state.state
        configuration.port = port
        configuration.faults = faults.plan()
        configuration.isControllable = faults.control
        let file = try openLogFile()
        configuration.log = {
            Terminal.print(Self.line($0))
            file?.write($0)
        }
        let sandbox = Sandbox(configuration: configuration)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await sandbox.run { announce(port: $0, token: token, sandbox) } }
                group.addTask { for await _ in signals { return } }
                try await group.next()
                group.cancelAll()
            }
        } catch is CancellationError {
        } catch {
            Terminal.complain("error: the sandbox \(error)")
            throw ArgumentParser.ExitCode(1)
        }
    }

    private func initialState() throws -> SandboxState {
        do {
            return try state.initialState(token: token)
        } catch let error as SandboxError {
            Terminal.complain("error: the sandbox \(error)")
            throw ArgumentParser.ExitCode(1)
        }
    }

    private func openLogFile() throws -> RequestLogFile? {
        do throws(RequestLogFile.Failure) {
            guard let logFile else { return nil }
            return try RequestLogFile(path: logFile)
        } catch {
            Terminal.complain("error: \(error)")
            throw ArgumentParser.ExitCode(1)
        }
    }

    private func announce(port: Int, token: String, _ sandbox: Sandbox) {
        let place = state.state.map { "kept in '\($0)'" } ?? "in memory until it is stopped"
        let plan = sandbox.faults.plan
        var text = """
            Authentik \(sandbox.release.version) (sandbox) on http://127.0.0.1:\(port), \(place). In another terminal:

              export AUTHENTIK_URL=http://127.0.0.1:\(port) AUTHENTIK_TOKEN=\(token)

            """
        if !plan.rules.isEmpty {
            let rules = plan.rules.map { " --fault '\($0)'" }.joined()
            text += "\nThe same faults again:\(rules) --fault-seed \(plan.seed)\n"
        }
        Terminal.print(text)
    }

    private static func line(_ entry: RequestLogEntry) -> String {
        let faults = entry.faults.isEmpty ? "" : " (\(entry.faults.joined(separator: "; ")))"
        return "\(entry.method) \(entry.path) \(entry.status) \(entry.milliseconds) ms\(faults)"
    }
}
