package import ArgumentParser
import AuthentikSandbox
import UnixSignals

/// `reconcile sandbox`: serves the built-in Authentik.
package struct SandboxCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve a built-in Authentik to try things out.",
        discussion: """
            It answers the API as Authentik does, including its errors and pitfalls. Its state is lost when it stops, \
            unless --state names a file. Each request is printed when it was answered. Ctrl-C stops it.


            """
                + FaultOptions.help
    )

    @Option(
        help: ArgumentHelp(
            "The port on 127.0.0.1; 0 for any free one. Default: 9000, or any free one if 9000 is taken.",
            valueName: "n"
        )
    )
    var port: Int?

    /// The same as Authentik's.
    private static let standardPort = 9000

    @Option(
        help: ArgumentHelp(
            "The API token of the superuser. Default: that of the state, or a generated one.",
            valueName: "text"
        )
    )
    var token: String?

    @OptionGroup var state: StateOptions

    @OptionGroup var faults: FaultOptions

    @Option(
        help: ArgumentHelp("Append each request to this file, as a line of JSON.", valueName: "file"),
        completion: .file()
    )
    var logFile: String?

    package init() {}

    package func validate() throws {
        guard (0...65535).contains(port ?? 0) else { throw ValidationError("invalid --port; expected 0 to 65535") }
        if let token, token.isEmpty { throw ValidationError("--token must not be empty") }
    }

    package func run() async throws {
        let initial = try initialState()
        let token = initial.administratorToken ?? SandboxState.makeToken()
        var configuration = Sandbox.Configuration(token: token)
        configuration.state = initial
        configuration.stateFile = state.state
        configuration.saysSo = true
        configuration.port = port ?? Self.standardPort
        configuration.faults = faults.plan()
        configuration.isControllable = faults.control
        let file = try openLogFile()
        configuration.log = {
            Terminal.print(Self.line($0))
            file?.write($0)
        }
        do {
            do {
                try await serve(configuration, token: token)
            } catch SandboxError.cannotListen where port == nil {
                configuration.port = 0
                try await serve(configuration, token: token)
            }
        } catch is CancellationError {
        } catch {
            let isPort = if case SandboxError.cannotListen? = error as? SandboxError { true } else { false }
            let advice = isPort ? "; choose another port with --port, or any free one with --port 0" : ""
            Terminal.complain("error: the sandbox \(error)\(advice)")
            throw ArgumentParser.ExitCode(1)
        }
    }

    /// Serves until a signal is received.
    private func serve(_ configuration: Sandbox.Configuration, token: String) async throws {
        let sandbox = Sandbox(configuration: configuration)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sandbox.run { announce(port: $0, token: token, sandbox) } }
            group.addTask { for await _ in signals { return } }
            try await group.next()
            group.cancelAll()
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
        let address = "http://127.0.0.1:\(port)"
        var text = """
            Authentik \(sandbox.release.version) (sandbox) on \(address), \(place). In another terminal:

              export AUTHENTIK_URL=\(address) AUTHENTIK_TOKEN=\(token)
              reconcile plan manifests/homelab.yaml
              reconcile apply manifests/homelab.yaml
            \(DriftAdvice(address: address, token: token, slug: "grafana").text)

            """
        if !plan.rules.isEmpty {
            let rules = plan.rules.map { " --fault '\($0)'" }.joined()
            text += "\nThe same faults again:\(rules) --fault-seed \(plan.seed)\n"
        }
        Terminal.print(text)
    }

    /// `GET /api/v3/core/users/me/ 200 1 ms`.
    private static func line(_ entry: RequestLogEntry) -> String {
        let faults = entry.faults.isEmpty ? "" : " (\(entry.faults.joined(separator: "; ")))"
        return "\(entry.method) \(entry.path) \(entry.status) \(entry.milliseconds) ms\(faults)"
    }
}

/// A command that changes an application like a user would, to see a daemon or the next pass correct it.
package struct DriftAdvice {
    package var address: String
    package var token: String
    package var slug: String

    package init(address: String, token: String, slug: String) {
        self.address = address
        self.token = token
        self.slug = slug
    }

    /// Lines, beginning with an empty one.
    package var text: String {
        """

        Then change something by hand, and see it corrected by the daemon ('reconcile --config FILE') or the next 'apply':

          curl -X PATCH \(address)/api/v3/core/applications/\(slug)/ \\
            -H 'Authorization: Bearer \(token)' \\
            -H 'Content-Type: application/json' -d '{"name": "Changed by hand"}'

        """
    }
}
