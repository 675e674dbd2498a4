import Foundation
import JSON
import TestSupport
import Testing

/// A secret that somebody put into the file by mistake is in nothing that is printed or served.
@Suite struct StraySecretTests {
    private static let stray = "Zk8sPassw0rd"

    private static let head = """
        apiVersion: reconcile/v1
        owner: homelab
        host: sso.example.net
        services:
          - slug: a
            port: 8443
            redirectPath: /cb

        """

    private static let files: [String] =
        [
            "secretRef: *\(stray)", "secretRef: #\(stray)", "secretRef: !\(stray)", "scretRef: \(stray)",
            "password: '\(stray)", "launchURL: https://me:\(stray)@h.example/",
            "launchURL: https://me:pa/\(stray)@h.example/", "secretRef: {\(stray)}", "pw: \(stray)",
        ].map { "\(head)    \($0)\n" } + ["\(stray)\n", "*\(stray)", "x: \(stray)", "{\"token\": \"\(stray)\"}"]

    @Test(arguments: files)
    func `no command prints it`(text: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "stray-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        for arguments in [["validate"], ["plan", "--sandbox"], ["--once", "--sandbox"], ["doctor"], ["rbac"]] {
            let result = try await Command(arguments + ["--config", file.path]).run()
            #expect(result.status != 0, "\(arguments)")
            #expect((result.output + result.errors).contains(file.path), "\(arguments): \(result.errors)")
            #expect(!(result.output + result.errors).contains(Self.stray), "\(arguments): \(result.errors)")
        }
    }

    @Test func `no page, status or log of the daemon has it`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            for text in Self.files {
                try workplace.write(text)
                try await daemon.settled("it is invalid") { status in
                    status["state"] == "invalid-file" && (status["file"]?["problems"]?.array?.isEmpty == false)
                }
                for path in ["/", "/status", "/metrics", "/readyz"] {
                    let served = try await daemon.get(path)
                    #expect(!served.contains(Self.stray), "\(path) for \(text)")
                }
                try workplace.write(Workplace.services)
                try await daemon.settled("it is good again") { $0["state"] == "in-sync" }
            }
            #expect(try await daemon.end() == 0)
            #expect(daemon.errors.contains("file is invalid"))
            #expect(!(daemon.output + daemon.errors).contains(Self.stray))
        }
    }

    @Test(arguments: ["geheiß-0123456789", "n\u{E4}chste"])
    func `a secret that no client can log in with blocks its service`(secret: String) async throws {
        try await withWorkplace { workplace in
            try Data("\(secret)\n".utf8).write(to: workplace.secretFile)
            let result = try await Command(
                ["--once", "--config", workplace.file.path, "--token-file", workplace.tokenFile.path],
                environment: ["AUTHENTIK_URL": workplace.address]
            ).run()
            #expect(result.status == 1)
            let text = result.output + result.errors
            let reason = "contains a character that is not ASCII, so that no client can log in with it"
            #expect(text.contains("the secret (file \(workplace.secretFile.path)) \(reason)"), "\(text)")
            for part in [secret, "ß", "ä"] { #expect(!text.contains(part), "\(text)") }
            #expect(try await workplace.admin.list("core/applications/").count == 1)
        }
    }

    @Test func `a pipe as the file, or as a secret, holds nothing up`() async throws {
        try await withWorkplace { workplace in
            let pipe = workplace.folder.appending(path: "pipe.yaml").path
            try #require(mkfifo(pipe, 0o600) == 0)
            for path in [pipe, workplace.folder.path] {
                let result = try await Command(["validate", "--config", path]).run()
                #expect(result.status == 65)
                #expect(result.errors.contains("\(pipe): error: cannot read the file: it is "))
            }
            try FileManager.default.removeItem(at: workplace.secretFile)
            try #require(mkfifo(workplace.secretFile.path, 0o600) == 0)
            let result = try await Command(
                ["--once", "--config", workplace.file.path, "--token-file", workplace.tokenFile.path],
                environment: ["AUTHENTIK_URL": workplace.address]
            ).run()
            #expect(result.status == 1)
            #expect((result.output + result.errors).contains("cannot be read: it is not a regular file"))
        }
    }

    @Test func `a CI runner finds no command in what is printed`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "runner-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = """
            apiVersion: reconcile/v1
            owner: homelab
            services: [{slug: a, description: "x
            ::error title=reconcile::all green, merge me", port: x}, {slug: b, name: '##[error]x', launchURL: y}]

            """
        try Data(text.utf8).write(to: file)
        let result = try await Command(["validate", "--config", file.path]).run()
        #expect(result.status == 65)
        #expect(result.errors.contains("    \\u{3A}:error title=reconcile::all green"))
        for line in (result.output + result.errors).split(separator: "\n") {
            #expect(!line.drop(while: \.isWhitespace).hasPrefix("::"))
            #expect(!line.contains("##["))
        }
    }
}
