import Foundation
import Glibc
import Subprocess
import Synchronization
import SystemPackage
import Testing

/// What people see at a terminal, and what becomes of a pass that they interrupt.
@Suite(.timeLimit(.minutes(60))) struct TerminalTests {
    private static func file(_ count: Int) -> String {
        services(
            (10..<10 + count).map { number in
                "- {slug: app-\(number), port: 20\(number), redirectPath: /oauth2/callback, clientType: public}\n"
            }.joined()
        )
    }

    private static func environment(_ sandbox: SandboxProcess) async throws -> [String: String] {
        ["AUTHENTIK_URL": try await sandbox.baseURL(), "AUTHENTIK_TOKEN": token, "TERM": "xterm"]
    }

    @Test func `a terminal shows how far a pass is, each service once it is finished, and lines that fit`() async throws
    {
        let sandbox = try SandboxProcess(
            token: token,
            ["--services", "250", "--fault", "latency=400ms,method=GET", "--fault", "latency=30ms"]
        )
        let environment = try await Self.environment(sandbox)
        try await withServices(Self.file(30)) { file in try await Self.expectProgress(file, environment) }
    }

    private static func expectProgress(_ file: String, _ environment: [String: String]) async throws {
        let seen = try await Terminal(columns: 60).run(["--once", "--config", file], environment)
        #expect(seen.status == 0)
        #expect(seen.text.contains(#/reading (applications|providers) [0-9]+ of 25[0-9]/#))
        #expect(seen.text.contains(#/applying [0-9]+ of 60 writes/#))
        for number in 10..<40 {
            #expect(seen.lines.count { $0.contains("app-\(number)") && $0.contains("created") } == 1)
        }
        #expect(seen.lines.last?.hasPrefix("30 services: 30 created.") == true)
        #expect(seen.lines.filter { $0.count > 60 } == [])

        var quiet = environment
        quiet["CI"] = "true"
        let inCI = try await Terminal(columns: 60).run(["--once", "--config", file], quiet)
        quiet["CI"] = nil
        quiet["TERM"] = "dumb"
        let dumb = try await Terminal(columns: 60).run(["plan", "--config", file], quiet)
        for seen in [inCI, dumb] {
            #expect(seen.status == 0)
            #expect(!seen.text.contains("reading") && !seen.text.contains("applying") && !seen.text.contains("\u{1B}"))
        }
        let piped = try await Command(["--once", "--config", file], environment: environment).run()
        #expect(piped.errors.isEmpty && piped.output.hasSuffix("s.\n"))
    }

    @Test func `Ctrl-C finishes the requests in flight, and the next run does the rest`() async throws {
        let sandbox = try SandboxProcess(token: token, ["--fault", "latency=3s,method=PUT,times=16"])
        let environment = try await Self.environment(sandbox)
        try await withServices(Self.file(60)) { file in try await Self.expectRest(file, environment) }
    }

    private static func expectRest(_ file: String, _ environment: [String: String]) async throws {
        let run = ["--once", "--config", file]
        let first = try await Terminal(columns: 100).run(run, environment, interruptingAt: ["applying"])
        #expect(first.status == 130)
        #expect(first.text.contains("interrupted: finishing the requests in flight; Ctrl-C ends at once"))
        #expect(first.text.contains("not attempted: the run was interrupted"))
        #expect(
            first.text.contains(#/interrupted: [0-9]+ of 60 services done(, [0-9]+ partly)?; run the command again/#)
        )
        let second = try await Command(run, environment: environment).run()
        #expect(second.status == 0)
        #expect(second.output.contains("60 services: "))
        let third = try await Command(run, environment: environment).run()
        #expect(third.output.contains("60 services: 60 in sync."))
    }

    @Test func `a second Ctrl-C ends at once, and one while it reads writes nothing`() async throws {
        let sandbox = try SandboxProcess(token: token, ["--fault", "latency=60s,method=PUT"])
        let environment = try await Self.environment(sandbox)
        try await withServices(Self.file(20)) { file in try await Self.expectEnds(file, environment) }
    }

    private static func expectEnds(_ file: String, _ environment: [String: String]) async throws {
        let run = ["--once", "--config", file]
        let ended = try await Terminal(columns: 100).run(
            run,
            environment,
            interruptingAt: ["Authentik 20", "finishing the requests"]
        )
        #expect(ended.status == 130)
        #expect(!ended.text.contains("services done"))

        let slow = try SandboxProcess(token: token, ["--services", "300", "--fault", "latency=10s"])
        let reading = try await Terminal(columns: 100).run(
            run,
            try await Self.environment(slow),
            interruptingAt: ["reading"]
        )
        #expect(reading.status == 130)
        #expect(reading.text.contains("error: interrupted before anything was written"))
        #expect(slow.requests.allSatisfy { $0.hasPrefix("GET") })
    }
}

/// A pseudo-terminal for one run.
private struct Terminal {
    struct Screen {
        var status: Int32
        /// Everything that was written to it.
        var text: String

        /// What is left to see: a line that was erased is not.
        var lines: [String] {
            text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: true).map { line in
                String(line.split(separator: "\r\u{1B}[K", omittingEmptySubsequences: false).last ?? "")
            }
        }
    }

    /// Collects what is read, for whoever waits for something.
    private final class Reader: Sendable {
        private let bytes = Mutex<[UInt8]>([])
        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

        func read(_ descriptor: Int32) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                // EIO: nobody has the other side any more.
                guard count > 0 else { return }
                bytes.withLock { $0 += buffer[..<count] }
            }
        }
    }

    var columns: UInt16

    /// - Parameter moments: what is to be seen before each SIGINT.
    func run(
        _ arguments: [String],
        _ environment: [String: String],
        interruptingAt moments: [String] = []
    ) async throws -> Screen {
        var (master, slave): (Int32, Int32) = (-1, -1)
        var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&master, &slave, nil, nil, &size) == 0)
        let reader = Reader()
        let end = master
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        // A thread of its own: it blocks, which those of Swift's tasks must not.
        Thread.detachNewThread {
            reader.read(end)
            ended.finish()
        }
        let side = FileDescriptor(rawValue: slave)
        let result = try await Subprocess.run(
            Command(arguments + ["--color", "never"], environment: environment).configuration,
            input: .none,
            output: .fileDescriptor(side, closeAfterSpawningProcess: false),
            error: .fileDescriptor(side, closeAfterSpawningProcess: false)
        ) { execution in
            for moment in moments {
                let limit = ContinuousClock.now + Patience.limit
                while !reader.text.contains(moment), ContinuousClock.now < limit {
                    try await Task.sleep(for: .milliseconds(5))
                }
                try execution.send(signal: .interrupt)
            }
        }
        try side.close()
        for await _ in ends {}
        close(master)
        return Screen(status: result.terminationStatus.code, text: reader.text)
    }
}
