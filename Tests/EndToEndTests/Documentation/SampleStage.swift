import AuthentikSandbox
import Foundation
import JSON
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A folder and a sandbox in which the commands of a document run.
final class SampleStage {
    private let folder: URL
    private let target: Target
    private var daemon: DaemonProcess?
    private var environment: [String: String]

    init(folder: URL, target: Target) {
        self.folder = folder
        self.target = target
        environment = target.environment
        environment["PATH"] = "\(Command.executable.deletingLastPathComponent().path):/usr/local/bin:/usr/bin:/bin"
        environment["RECONCILE_SERVICE_ACCOUNT"] = "/nonexistent"
        environment["RECONCILE_SLOW_SECONDS"] = "600"
        environment["RECONCILE_LOG_LEVEL"] = "warning"
        for name in ["TRIVY", "WIKI", "VAULT"] { environment["\(name)_CLIENT_SECRET"] = "not-a-secret-of-anybody" }
    }

    func prepare(_ scene: DocumentSamples.Scene) async throws {
        switch scene {
        case .empty, .continued: break
        case .converged: try await converge()
        case .drifted:
            try await converge()
            try await drift()
        case .orphaned:
            let file = folder.appending(path: "services.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data("\(text)  - {slug: openclaw, name: OpenClaw, port: 8447}\n".utf8).write(to: file)
            try await converge()
            try Data(text.utf8).write(to: file)
        case .manual:
            try await converge()
            try await run("reconcile release --config services.yaml")
        case .daemon:
            try await converge()
            let daemon = try DaemonProcess(
                [
                    "--config", folder.appending(path: "services.yaml").path, "--audit-seconds", "1",
                    // By default it depends on how busy the machine is.
                    "--interval-seconds", "300",
                ],
                environment: environment.merging(["RECONCILE_LOG_LEVEL": "info"]) { $1 }
            )
            self.daemon = daemon
            environment["RECONCILE_STATUS_URL"] = try await daemon.url()
            try await daemon.settled("the first pass has ended") { $0["passes"]?["lastSuccess"] != nil }
            // One change, so that one pass finds all of it.
            try await target.admin.changeApplication("grafana", ["group": "Apps"])
            try await daemon.settled("it is corrected") { status in
                status["services"]?.array?.contains { $0["lastDrift"] != nil } == true
            }
        }
    }

    func end() async throws {
        _ = try await daemon?.end()
    }

    private func converge() async throws {
        try await run("reconcile --once --config services.yaml")
    }

    private func drift() async throws {
        try await target.admin.changeProvider(
            "grafana",
            ["redirect_uris": [["matching_mode": "strict", "url": "https://wrong.example.net/"]]]
        )
        try await target.admin.changeApplication("grafana", ["group": "Apps"])
    }

    private func run(_ command: String) async throws {
        let (status, output) = try await shell(command)
        #expect(status == 0, "\(command)\n\(output)")
    }

    private func shell(_ command: String) async throws -> (status: Int32, output: String) {
        let variables = environment.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", "{ \(command)\n} 2>&1"],
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: FilePath(folder.path),
            output: .string(limit: 1 << 20),
            error: .discarded
        )
        return (result.terminationStatus.code, result.standardOutput)
    }

    /// What a command prints on both streams, with what differs from run to run made equal.
    func output(of command: String) async throws -> [String] {
        let (_, output) = try await shell(command)
        let address = target.environment["AUTHENTIK_URL"] ?? ""
        let text =
            output
            .replacing(address, with: "https://sso.example.net")
            .replacing("\(folder.path)/", with: "")
            .replacing(#/\b\d+\.\d+ s\b/#, with: "0.4 s")
            .replacing(#/\b\d+ (?:s|min|ms)\b(?= ago| \(|:|\.|\n|,)/#, with: "5 s")
            .replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/#, with: "2026-11-24T11:00:00Z")
            .replacing(#/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/#) { _ in
                "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
            }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }
}
