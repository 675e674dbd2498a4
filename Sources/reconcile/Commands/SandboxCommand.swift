import ArgumentParser
import AuthentikSandbox
import UnixSignals

/// `reconcile sandbox`: serves the built-in Authentik.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve a built-in Authentik, in memory, to try things out.",
        discussion: """
            It answers the API as Authentik 2025.12 does, refusals and traps included, and forgets everything when it \
            ends. Each request is printed as it is answered. Ctrl-C stops it.
            """
    )

    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 for any free one.", valueName: "n"))
    var port = 9000

    @Option(help: ArgumentHelp("The API token to accept; made up if not given.", valueName: "text"))
    var token: String?

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
        if let token, token.isEmpty { throw ValidationError("--token must not be empty") }
    }

    func run() async throws {
        let token = token ?? randomToken()
        var configuration = Sandbox.Configuration(token: token)
        configuration.port = port
        configuration.log = { StandardOutput.print(Self.line($0)) }
        let sandbox = Sandbox(configuration: configuration)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await sandbox.run { Self.announce(port: $0, token: token) } }
                group.addTask { for await _ in signals { return } }
                try await group.next()
                group.cancelAll()
            }
        } catch is CancellationError {
        } catch {
            StandardError.print("error: the sandbox \(error)")
            throw ArgumentParser.ExitCode(1)
        }
    }

    private static func announce(port: Int, token: String) {
        StandardOutput.print(
            """
            Authentik sandbox on http://127.0.0.1:\(port), in memory until it is stopped. In another terminal:

              export AUTHENTIK_URL=http://127.0.0.1:\(port) AUTHENTIK_TOKEN=\(token)

            """
        )
    }

    private static func line(_ entry: RequestLogEntry) -> String {
        let milliseconds = (Double(entry.duration.components.attoseconds) / 1e14).rounded() / 10
        return "\(entry.method) \(entry.path) \(entry.status) \(milliseconds) ms"
    }
}
