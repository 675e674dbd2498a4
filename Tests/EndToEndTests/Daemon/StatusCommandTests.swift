import Foundation
import JSON
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `reconcile status`: once, until it is in sync, and as it changes.
@Suite(.timeLimit(.minutes(60))) struct StatusCommandTests {
    @Test func `it waits until everything is in sync, or until the time is over`() async throws {
        try await withWorkplace { workplace in
            try FileManager.default.removeItem(at: workplace.secretFile)
            let daemon = try workplace.daemon()
            try await daemon.settled("blocked") { $0.service("grafana")?["state"] == "blocked" }
            let url = try await daemon.url()
            let late = try await Command(["status", "--url", url, "--wait", "--timeout", "2"]).run()
            #expect(late.status == 1)
            #expect(late.errors.contains("error: timed out after 2 s"), "\(late.errors)")
            #expect(late.errors.contains("grafana blocked: "))
            #expect(late.output.contains("! grafana"))
            async let waiting = Command(["status", "--url", url, "--wait", "--timeout", "10m", "-o", "json"]).run()
            try Data("\(Workplace.secret)\n".utf8).write(to: workplace.secretFile, options: .atomic)
            let done = try await waiting
            #expect(done.status == 0, "\(done.errors)")
            #expect(try JSONValue(parsing: Array(done.output.utf8))["isInSync"] == true)
        }
    }

    @Test func `it waits for a pass that begins later`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            let status = try await daemon.settled("in sync") { $0["isInSync"] == true }
            let number = try #require(status["passes"]?["lastAttempt"]?["number"]?.integer)
            let url = try await daemon.url()
            async let waiting = Command(["status", "--url", url, "--wait-for", "pass", "-o", "json"]).run()
            // It may not have looked yet; whichever pass comes after its first look will do.
            let asking = Task { while true { try await daemon.pass() } }
            let done = try await waiting
            asking.cancel()
            #expect(done.status == 0, "\(done.errors)")
            let json = try JSONValue(parsing: Array(done.output.utf8))
            #expect(json["passes"]?["lastAttempt"]?["number"]?.integer ?? 0 > number)
        }
    }

    @Test func `a daemon that never answers is another matter`() async throws {
        let server = try CannedServer(.text(503, ""))
        defer { server.stop() }
        let result = try await Command(["status", "--url", server.url, "--wait", "--timeout", "2s"]).run()
        #expect(result.status == 69)
        #expect(server.requests.count >= 2)
        let other = try CannedServer(.text(200, "hello"))
        defer { other.stop() }
        let wrong = try await Command(["status", "--url", other.url, "--wait"]).run()
        #expect(wrong.status == 69)
        #expect(wrong.errors.contains("is not a daemon of this program"), "\(wrong.errors)")
    }

    @Test func `elsewhere than on a terminal it writes a line for each change, and connects again`() async throws {
        try await withWorkplace { workplace in
            let port = try ReservedPort()
            defer { withExtendedLifetime(port) {} }
            let address = "127.0.0.1:\(port.number)"
            let daemon = try workplace.daemon("--listen", address)
            try await Self.watching(daemon, workplace) { watcher in
                try await watcher.sees("in-sync: all 2 services are in sync")
                try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
                try await watcher.sees("grafana drift corrected, by akadmin from 127.0.0.1: group")
                #expect(try await daemon.end() == 0)
                try await watcher.sees("the daemon does not answer")
                let again = try workplace.daemon("--listen", address)
                try await watcher.sees("the daemon answers again")
                #expect(try await again.end() == 0)
            }
        }
    }

    @Test func `a watched service that the daemon does not know is reported once`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await Self.watching(daemon, workplace, ["--service", "grafana", "--service", "grafna"]) { watcher in
                let message = "error: service 'grafna': unknown to the daemon"
                try await watcher.sees(message)
                try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
                try await watcher.sees("drift corrected")
                #expect(watcher.printed.components(separatedBy: message).count == 2, "\(watcher.printed)")
            }
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `it asks for the services that it is about, and for nothing that it has`() async throws {
        try await withWorkplace { workplace in
            try FileManager.default.removeItem(at: workplace.secretFile)
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.settled("blocked") { $0.service("grafana")?["state"] == "blocked" }
            let url = try await daemon.url()
            func run(_ arguments: String...) async throws -> Command.Result {
                try await Command(["status", "--url", url] + arguments).run()
            }
            let docs = try await run("--service", "docs")
            #expect(docs.status == 0, "\(docs.errors)")
            #expect(docs.output.contains("= docs  in sync") && !docs.output.contains("! grafana"))
            #expect(docs.output.contains("Services     2: 1 blocked, 1 in sync"), "\(docs.output)")
            let grafana = try await run("--service", "grafana")
            #expect(grafana.status == 1 && grafana.output.contains("! grafana  blocked"))
            let blocked = try await run("--state", "failed,blocked", "-o", "json")
            #expect(blocked.status == 1)
            let json = try JSONValue(parsing: Array(blocked.output.utf8))
            #expect(json["services"]?.array?.map { $0["slug"] } == ["grafana"])
            #expect(json["totals"]?["services"] == 2)
            let unknown = try await run("--service", "docs", "--service", "nothing")
            #expect(unknown.status == 1)
            #expect(unknown.errors.contains("error: service 'nothing': unknown to the daemon"), "\(unknown.errors)")
            let wrong = try await run("--state", "broken")
            #expect(wrong.status == 64)
            #expect(
                wrong.errors.contains("--state: unknown state 'broken'; expected one of in-sync, "),
                "\(wrong.errors)"
            )
            let waited = try await run("--service", "docs", "--wait", "--timeout", "2m")
            #expect(waited.status == 0, "\(waited.errors)")
        }
    }

    @Test func `what has not changed is not sent again`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            let body = try await daemon.get("/status")
            let waiting = body.replacing("\"isInSync\": true", with: "\"isInSync\": false")
            let server = try CannedServer(
                .json(200, waiting, [("ETag", "\"one\"")]),
                .answer(304, [("ETag", "\"one\"")]),
                .json(200, body, [("ETag", "\"two\"")])
            )
            defer { server.stop() }
            let result = try await Command(["status", "--url", server.url, "--wait", "--timeout", "2m"]).run()
            #expect(result.status == 0, "\(result.errors)")
            #expect(server.requests.map { $0.header("if-none-match") } == [nil, "\"one\"", "\"one\""])
        }
    }

    /// A `reconcile status --watch`, which prints to a file.
    private struct Watcher: Sendable {
        let daemon: DaemonProcess
        let file: URL

        /// What it printed to either stream so far.
        var printed: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

        func sees(_ text: String) async throws {
            try await daemon.eventually(text, else: { printed }) { printed.contains(text) ? true : nil }
        }
    }

    /// Watches a daemon, once that is in sync, while the body runs.
    private static func watching(
        _ daemon: DaemonProcess,
        _ workplace: Workplace,
        _ arguments: [String] = [],
        _ body: (Watcher) async throws -> Void
    ) async throws {
        try await daemon.settled("in sync") { $0["isInSync"] == true }
        let watcher = Watcher(daemon: daemon, file: workplace.folder.appending(path: "watched"))
        let command = Command(
            ["status", "--watch"] + arguments,
            environment: ["RECONCILE_STATUS_URL": try await daemon.url()]
        )
        let watching = Task { try await run(command, writingTo: watcher.file) }
        defer { watching.cancel() }
        try await body(watcher)
    }

    /// Runs until the task is cancelled.
    private static func run(_ command: Command, writingTo file: URL) async throws {
        func descriptor() throws -> FileDescriptor {
            try FileDescriptor.open(
                FilePath(file.path),
                .writeOnly,
                options: [.create, .append],
                permissions: .ownerReadWrite
            )
        }
        _ = try await Subprocess.run(
            command.configuration,
            input: .none,
            output: .fileDescriptor(try descriptor(), closeAfterSpawningProcess: true),
            error: .fileDescriptor(try descriptor(), closeAfterSpawningProcess: true)
        )
    }

    @Test(arguments: [
        (["--watch", "--wait"], "--watch and --wait exclude each other"),
        (["--timeout", "5m"], "--timeout needs --wait or --wait-for"),
        (["--wait", "--timeout", "soon"], "--timeout"),
        (["--wait", "--wait-for", "pass"], "exclude each other"),
    ])
    func `options that make no sense are refused`(_ arguments: [String], _ message: String) async throws {
        let result = try await Command(["status"] + arguments).run()
        #expect(result.status == 64)
        #expect(result.errors.contains(message), "\(result.errors)")
    }
}
