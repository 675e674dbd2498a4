import Foundation
import Synchronization
import Testing

/// The built `reconcile`, run as a process.
struct Command: Sendable {
    /// What a run came to.
    struct Result: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    var arguments: [String]
    var environment: [String: String]

    init(_ arguments: [String], environment: [String: String] = [:]) {
        self.arguments = arguments
        self.environment = environment
    }

    /// Beside the test bundle, where the package manager puts all products.
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "reconcile")

    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Runs it to its end, in the package's folder, with nothing in the environment but what is given.
    func run() async throws -> Result {
        let output = Pipe()
        let errors = Pipe()
        let process = makeProcess(output, errors)
        async let outputText = read(output)
        async let errorText = read(errors)
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
        return await Result(status: status, output: outputText, errors: errorText)
    }

    private func makeProcess(_ output: Pipe, _ errors: Pipe) -> Process {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = Self.package
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        return process
    }

    private func read(_ pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var data = Data()
                while case let more = readAvailable(pipe.fileHandleForReading), !more.isEmpty { data += more }
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}

/// A `reconcile sandbox` that serves until it is stopped.
final class SandboxProcess: Sendable {
    private let process: Process
    private let output: Mutex<String> = Mutex("")

    /// Starts it on a free port.
    ///
    /// - Parameter arguments: beside the port and the token.
    init(token: String, _ arguments: [String] = []) throws {
        let process = Process()
        process.executableURL = Command.executable
        process.arguments = ["sandbox", "--port", "0", "--token", token] + arguments
        process.environment = [:]
        process.standardInput = FileHandle.nullDevice
        self.process = process
        let pipe = Pipe()
        process.standardOutput = pipe
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = readAvailable(handle)
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// Everything it printed so far, once that holds `text`.
    func output(containing text: String) async throws -> String {
        for _ in 0..<3000 {
            let printed = output.withLock { $0 }
            if printed.contains(text) { return printed }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the sandbox never printed '\(text)', but: \(output.withLock { $0 })")
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
        output.withLock { $0 }.split(separator: "\n").map(String.init)
            .filter { $0.firstMatch(of: #/^(GET|POST|PUT|PATCH|DELETE) /api/#) != nil }
    }

    /// Asks it to stop, and waits.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// What there is to read, after waiting for some; empty at the end.
///
/// Foundation's own ends the process when a signal interrupts the reading, such as that of a child that ended.
private func readAvailable(_ handle: FileHandle) -> Data {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(handle.fileDescriptor, &buffer, buffer.count)
        if count >= 0 { return Data(buffer[..<count]) }
        if errno != EINTR { return Data() }
    }
}
