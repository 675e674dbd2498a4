import CurlTransport
import Foundation
import JSON
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// The built `reconcile` as a daemon, on a free port.
final class DaemonProcess: Sendable {
    private let process: Task<Int32, any Error>
    private let signals: AsyncStream<Subprocess.Signal>.Continuation
    private let folder: URL
    private let transport: CurlTransport
    private let identifier: Identifier

    /// Known once it is started.
    private final class Identifier: Sendable {
        let value = Mutex<Int32?>(nil)
    }

    /// It probes no login, unless a test asks for it: hosts of the files are not there.
    ///
    /// - Parameters:
    ///   - arguments: beside the address to listen on and the form of the log.
    ///   - descriptors: the soft limit of open files that it is started with; nil for this process's.
    init(_ arguments: [String], environment: [String: String], descriptors: Int? = nil) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "daemon-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func file(_ name: String) throws -> FileDescriptor {
            try FileDescriptor.open(
                FilePath(folder.appending(path: name).path),
                .writeOnly,
                options: [.create, .append],
                permissions: .ownerReadWrite
            )
        }
        let output = try file("output")
        let errors = try file("errors")
        let (stream, signals) = AsyncStream.makeStream(of: Subprocess.Signal.self)
        let probes = arguments.contains("--verify-seconds") ? [] : ["--verify-seconds", "0"]
        let command = Command(
            ["--listen", "127.0.0.1:0", "--log-format", "json"] + probes + arguments,
            environment: environment,
            descriptors: descriptors
        )
        let identifier = Identifier()
        process = Task {
            let result = try await Subprocess.run(
                command.configuration,
                input: .none,
                output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                error: .fileDescriptor(errors, closeAfterSpawningProcess: true)
            ) { execution in
                identifier.value.withLock { $0 = execution.processIdentifier.value }
                for await signal in stream { try? execution.send(signal: signal) }
                // Whoever forgets it does not leave it behind.
                try? execution.send(signal: .kill)
            }
            return result.terminationStatus.code
        }
        self.signals = signals
        self.folder = folder
        self.identifier = identifier
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        transport = try CurlTransport(configuration: configuration)
    }

    deinit {
        signals.finish()
        try? FileManager.default.removeItem(at: folder)
    }

    func send(_ signal: Subprocess.Signal) { signals.yield(signal) }

    /// Sends a signal that ends it, and waits.
    ///
    /// - Returns: its exit status.
    func end(_ signal: Subprocess.Signal = .terminate) async throws -> Int32 {
        send(signal)
        return try await exit()
    }

    /// Waits for its end.
    func exit() async throws -> Int32 {
        let watch = Task {
            // The body of the run goes on until there are no more signals, and only then the end is seen.
            while !isGone { try await Task.sleep(for: .milliseconds(20)) }
            signals.finish()
        }
        defer { watch.cancel() }
        return try await withTaskCancellationHandler {
            try await process.value
        } onCancel: {
            // A test that is out of time leaves none behind, and is not held up by it.
            signals.finish()
        }
    }

    /// Whether it ended, and nobody asked for its exit status yet.
    private var isGone: Bool {
        guard let identifier = identifier.value.withLock({ $0 }) else { return false }
        // As proc_pid_stat(5) has it, the state comes after the name in parentheses.
        let statistics = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
        return statistics.map { $0.split(separator: ")").last?.hasPrefix(" Z") == true } ?? true
    }

    /// How many files and connections it has open.
    func descriptors() async throws -> Int {
        let identifier: Int32 = try await eventually("it is started") { self.identifier.value.withLock { $0 } }
        return try FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count
    }

    // MARK: - What it prints

    var output: String { text("output") }
    var errors: String { text("errors") }

    /// The lines of its log, of those that are JSON.
    var log: [JSONValue] {
        errors.split(separator: "\n").compactMap { try? JSONValue(parsing: $0.utf8) }
    }

    /// The newest line of the log with a message that begins so.
    func line(_ message: String) -> JSONValue? {
        log.last { $0["message"]?.string?.hasPrefix(message) == true }
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    // MARK: - What it serves

    /// Its address, once it listens.
    func url() async throws -> String {
        let line: JSONValue = try await eventually("it listens") { self.line("serving the status") }
        return String((line["url"]?.string ?? "").dropLast())
    }

    /// The port it listens on.
    func port() async throws -> Int { Int(try await url().split(separator: ":").last ?? "") ?? 0 }

    func request(
        _ method: String,
        _ path: String,
        headers: HTTPHeaders = [:]
    ) async throws -> (status: Int, headers: HTTPHeaders, body: String) {
        let response = try await transport.send(
            HTTPRequest(method, "\(try await url())\(path)", headers: headers, timeLimit: Patience.limit)
        )
        return (response.status, response.headers, String(decoding: response.body, as: UTF8.self))
    }

    func get(_ path: String) async throws -> String { try await request("GET", path).body }

    func status() async throws -> JSONValue { try JSONValue(parsing: Array(try await get("/status").utf8)) }

    /// Asks for a pass, and waits for its end.
    @discardableResult
    func pass() async throws -> JSONValue {
        let response = try await request("POST", "/reconcile?wait=true")
        #expect(response.status == 200)
        return try JSONValue(parsing: Array(response.body.utf8))
    }

    /// The value of a metric's series, as `reconcile_services{state="failed"}`.
    func metric(_ series: String) async throws -> Double? {
        try await get("/metrics").split(separator: "\n")
            .first { $0.hasPrefix("\(series) ") }
            .flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    /// Waits until the status meets a condition.
    @discardableResult
    func status(
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        where condition: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        var last = JSONValue.null
        return try await eventually(what, sourceLocation: sourceLocation, else: { "\(last)" }) {
            last = try await status()
            return condition(last) ? .some(last) : .none
        }
    }

    /// Waits until the status meets a condition and no pass runs: then log and metrics have told all of it, too.
    @discardableResult
    func settled(
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        where condition: (JSONValue) -> Bool
    ) async throws -> JSONValue {
        try await status(what, sourceLocation: sourceLocation) {
            condition($0) && $0["passes"]?["running"] == nil && $0["passes"]?["next"] != nil
        }
    }

    /// Waits until there is a value.
    @discardableResult
    func eventually<Value>(
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        else explain: () -> String = { "" },
        _ look: () async throws -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < end {
            if let value = try await look() { return value }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("never: \(what); \(explain())\n\(errors)", sourceLocation: sourceLocation)
        throw CancellationError()
    }
}

extension JSONValue {
    /// The service of a status or report.
    func service(_ slug: String) -> JSONValue? {
        self["services"]?.array?.first { $0["slug"]?.string == slug }
    }
}
