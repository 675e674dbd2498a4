import ArgumentParser
import CurlTransport
import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// The subject of a measurement: the address of Authentik, and the declarations.
struct Site: Sendable {
    var url: String
    var config: String
    /// How many writes are in flight at the same time.
    var concurrency: Int
    /// Whether it is a sandbox of this program, with the token and the secret of the workload.
    var isSandbox = false
    /// The URLs that a floor reads.
    var requests: [String] = []
}

/// This program as a separate process.
enum Child {
    static let environment = ProcessInfo.processInfo.environment
    static let program = FilePath("/proc/self/exe")
    private static let limit = 64 << 20

    /// Measures once, in a process that does nothing else.
    static func measure(_ kind: MeasureCommand.Kind, _ site: Site) async throws -> Measurement {
        let file = FileManager.default.temporaryDirectory.appending(path: "reconcile-bench-\(UUID().uuidString).txt")
        defer { try? FileManager.default.removeItem(at: file) }
        var arguments = ["measure", kind.rawValue, "--url", site.url, "--config", site.config]
        arguments += ["--concurrency", "\(site.concurrency)"]
        if kind == .floor {
            try Data(site.requests.joined(separator: "\n").utf8).write(to: file)
            arguments += ["--requests", file.path]
        }
        let result = try await Subprocess.run(
            .path(try executable()),
            arguments: Arguments(arguments),
            environment: .inherit.updating(variables(of: site)),
            output: .string(limit: limit),
            error: .string(limit: limit)
        )
        guard result.terminationStatus.isSuccess else {
            throw BenchFailure("a measurement failed: \(result.standardError)")
        }
        return try JSONDecoder().decode(Measurement.self, from: Data(result.standardOutput.utf8))
    }

    /// A sandbox gets the workload's secrets, a real Authentik those of this process.
    private static func variables(of site: Site) -> [Environment.Key: String] {
        guard site.isSandbox else { return [:] }
        return [
            Environment.Key(stringLiteral: Workload.variable): Workload.secret,
            "AUTHENTIK_TOKEN": Workload.token,
        ]
    }

    static func executable() throws -> FilePath {
        FilePath(try FileManager.default.destinationOfSymbolicLink(atPath: program.string))
    }
}

/// A sandbox in a separate process.
struct SandboxServer: Sendable {
    let url: String

    /// Serves an empty sandbox while the body runs.
    static func serving<Result: Sendable>(
        _ body: @Sendable @escaping (SandboxServer) async throws -> Result
    ) async throws -> Result {
        let port = try freePort()
        let outcome = try await Subprocess.run(
            .path(try Child.executable()),
            arguments: ["sandbox", "--port", "\(port)", "--token", Workload.token, "--control"],
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            let sandbox = SandboxServer(url: "http://127.0.0.1:\(port)")
            do {
                try await sandbox.waitUntilReady()
                let result = try await body(sandbox)
                try execution.send(signal: .terminate)
                return result
            } catch {
                // Otherwise it would be waited for.
                try? execution.send(signal: .terminate)
                throw error
            }
        }
        return outcome.closureResult
    }

    /// Delays all further answers.
    func slowDown(_ rules: [String]) async throws {
        let list = rules.map { "\"\($0)\"" }.joined(separator: ", ")
        let response = try await CurlTransport().send(
            HTTPRequest(
                "PUT",
                "\(url)/-/sandbox/faults/",
                headers: ["authorization": "Bearer \(Workload.token)", "content-type": "application/json"],
                body: Array(#"{"seed": 1, "rules": [\#(list)]}"#.utf8)
            )
        )
        guard (200..<300).contains(response.status) else {
            throw BenchFailure("the sandbox does not take a latency: it answered \(response.status)")
        }
    }

    private func waitUntilReady() async throws {
        let transport = try CurlTransport()
        let end = ContinuousClock.now + .seconds(30)
        while true {
            let answer = try? await transport.send(HTTPRequest("GET", "\(url)/-/health/live/"))
            if let answer, (200..<300).contains(answer.status) { return }
            guard ContinuousClock.now < end else {
                throw BenchFailure("the sandbox did not start at \(url)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// A port that is currently free.
    private static func freePort() throws -> UInt16 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { throw BenchFailure("no port is free on 127.0.0.1") }
        return UInt16(bigEndian: address.sin_port)
    }
}
