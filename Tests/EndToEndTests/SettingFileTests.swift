import Foundation
import JSON
import TestSupport
import Testing

/// The files that settings name, where they are not what they should be.
@Suite(.timeLimit(.minutes(60))) struct SettingFileTests {
    @Test func `a token file that is of no use is told in one line, with the reason`() async throws {
        try await withWorkplace { workplace in
            let pipe = try pipe(in: workplace)
            let large = workplace.folder.appending(path: "large").path
            try Data(repeating: 0x61, count: 70_000).write(to: URL(filePath: large))
            for (path, reason) in [
                (pipe, "it is a pipe that nothing writes to"), (large, "it is larger than 65536 bytes"),
                (workplace.folder.path, "Is a directory"), ("/dev/zero", "it is larger than 65536 bytes"),
                ("/nonexistent", "No such file or directory"),
            ] {
                let message = "cannot read the token file '\(path)': \(reason)\n"
                let environment = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN_FILE": path]
                for arguments in [["plan"], ["--audit-seconds", "1"]] {
                    let config = ["--config", workplace.file.path]
                    let result = try await Command(arguments + config, environment: environment).run()
                    #expect(result.status == 64)
                    #expect(result.output == "")
                    #expect(result.errors == "error: \(message)")
                }
                let checked = try await Command(["doctor"], environment: environment).run()
                #expect(checked.status == 1)
                #expect(checked.output.contains("x settings"))
                #expect(checked.output.contains(message))
            }
        }
    }

    @Test func `a pipe that somebody writes to is a token file`() async throws {
        try await withWorkplace { workplace in
            let pipe = try pipe(in: workplace)
            writeToken(to: pipe)
            let result = try await Command(
                ["plan", "--config", workplace.file.path, "--token-file", pipe],
                environment: ["AUTHENTIK_URL": workplace.address]
            ).run()
            #expect(result.errors == "")
            #expect(result.output.contains("grafana"))

            // A daemon keeps what came of it, and waits for no more.
            writeToken(to: pipe)
            let daemon = try workplace.daemon("--token-file", pipe, "--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            #expect(try await daemon.pass()["pass"]?["number"] == 2)
            #expect(daemon.errors.contains("the last one stays in use"))
            #expect(try await daemon.end() == 0)
        }
    }

    @Test(arguments: ["--ca-file", "--client-certificate", "--client-key", "--trigger-token-file"])
    func `what is read more than once must be a regular file`(option: String) async throws {
        try await withWorkplace { workplace in
            let pipe = try pipe(in: workplace)
            for path in [pipe, workplace.folder.path, "/dev/null"] {
                let result = try await Command(
                    ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path, option, path],
                    environment: ["AUTHENTIK_URL": "https" + workplace.address.dropFirst(4)]
                ).run()
                #expect(result.status == 64)
                #expect(result.errors.hasPrefix("error: ") && result.errors.contains("'\(path)'"))
                #expect(result.errors.hasSuffix(": it is not a regular file\n"))
            }
        }
    }

    @Test func `of many mistakes in the file those that are not shown are counted`() async throws {
        try await withWorkplace { workplace in
            let services = (0..<150).map { "  - {slug: e\($0), port: x}\n" }.joined()
            try workplace.write("apiVersion: reconcile/v1\nowner: homelab\nhost: h\nservices:\n\(services)")
            let result = try await Command(["doctor", "--config", workplace.file.path]).run()
            #expect(result.status == 1)
            let last = try #require(result.output.split(separator: "\n").first { $0.contains("more errors") })
            #expect(last.hasPrefix("x file"))
            #expect(last.hasSuffix("  50 more errors, not shown"))
        }
    }

    /// Waits, beside the test, for somebody who reads.
    private func writeToken(to pipe: String) {
        Thread {
            guard let file = fopen(pipe, "w") else { return }
            fputs("\(Workplace.token)\n", file)
            fclose(file)
        }.start()
    }

    private func pipe(in workplace: Workplace) throws -> String {
        let path = workplace.folder.appending(path: "pipe").path
        try #require(mkfifo(path, 0o600) == 0)
        return path
    }
}
