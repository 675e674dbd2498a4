import Foundation
import Subprocess
import SystemPackage
import Testing

/// A `reconcile sandbox` that serves until it is stopped.
final class SandboxProcess: Sendable {
    private let process: Task<Int32, any Error>
    private let stopping: AsyncStream<Void>.Continuation
    /// What it prints goes here.
    private let file: URL

    /// Starts it, on a free port unless told otherwise.
    ///
    /// - Parameters:
    ///   - port: nil to leave the option out.
    ///   - arguments: beside the port and the token.
    init(token: String, port: String? = "0", _ arguments: [String] = []) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString).log")
        let output = try FileDescriptor.open(
            FilePath(file.path),
            .writeOnly,
            options: [.create, .truncate, .append],
            permissions: .ownerReadWrite
        )
        let (stops, stopping) = AsyncStream.makeStream(of: Void.self)
        let options = port.map { ["--port", $0] } ?? []
        let command = Command(["sandbox", "--token", token] + options + arguments)
        process = Task {
            let result = try await Subprocess.run(
                command.configuration,
                input: .none,
                output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                error: .discarded
            ) { execution in
                for await _ in stops {}
                try execution.send(signal: .terminate)
            }
            return result.terminationStatus.code
        }
        self.stopping = stopping
        self.file = file
    }

    deinit {
        stopping.finish()
        try? FileManager.default.removeItem(at: file)
    }

    private var printed: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    /// Everything it printed so far, once that holds `text`.
    func output(containing text: String) async throws -> String {
        let end = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < end {
            let printed = printed
            if printed.contains(text) { return printed }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the sandbox never printed '\(text)', but: \(printed)")
        throw CancellationError()
    }

    /// The address it announces.
    func baseURL() async throws -> String {
        let printed = try await output(containing: "AUTHENTIK_TOKEN=")
        let match = try #require(printed.firstMatch(of: #/AUTHENTIK_URL=(\S+)/#))
        return String(match.1)
    }

    /// The lines of its request log.
    var requests: [String] {
        printed.split(separator: "\n").map(String.init)
            .filter { $0.firstMatch(of: #/^(GET|POST|PUT|PATCH|DELETE) /api/#) != nil }
    }

    /// Asks it to stop, and waits.
    ///
    /// - Returns: its exit status.
    func stop() async throws -> Int32 {
        stopping.finish()
        return try await process.value
    }
}
