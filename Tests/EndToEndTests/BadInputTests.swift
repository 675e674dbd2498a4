import Foundation
import TestSupport
import Testing

/// A wrong file or setting, and how the command ends.
struct BadInput: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var status: Int32
    /// What stderr says.
    var says: [String]
    /// The text of the file; nil for the homelab's.
    var file: String?
    var environment: [String: String?] = [:]
    /// Appended to the address of the sandbox.
    var pathSuffix: String?
    var arguments: [String]

    init(
        _ name: String,
        _ status: Int32,
        says: String...,
        file: String? = nil,
        environment: [String: String?] = [:],
        pathSuffix: String? = nil,
        arguments: [String] = []
    ) {
        testDescription = name
        self.status = status
        self.says = says
        self.file = file
        self.environment = environment
        self.pathSuffix = pathSuffix
        self.arguments = arguments
    }
}

@Suite(.timeLimit(.minutes(60))) struct BadInputTests {
    static let inputs = [
        BadInput("an empty file", 65, says: "services.yaml: error: the document is empty", file: ""),
        BadInput("no YAML", 65, says: "services.yaml:1:", "error:", file: "{ [ }"),
        BadInput("of the wrong shape", 65, says: "services.yaml:1:1: error:", file: "- a\n- b\n"),
        BadInput(
            "a misspelt field",
            65,
            says: "services.yaml:6:5: error: service 'grafana': unknown field 'redirectpath'; "
                + "did you mean 'redirectPath'?",
            "    redirectpath: /login\n",
            "\n        ^\n",
            file: """
                apiVersion: reconcile/v1
                owner: homelab
                host: sso.example.net
                services:
                  - slug: grafana
                    redirectpath: /login
                    port: 8444
                """
        ),
        BadInput(
            "a service that nobody is to open",
            65,
            says: "service 'a': access must be 'everyone' or a mapping of fields, not a list",
            file: "apiVersion: reconcile/v1\nowner: homelab\nservices: [{slug: a, launchURL: https://a, access: []}]\n"
        ),
        BadInput(
            "a wrong token",
            77,
            says: "rejects the token",
            "Token invalid/expired",
            environment: [
                "AUTHENTIK_TOKEN": "wrong"
            ]
        ),
        BadInput("a path that is not Authentik's", 69, says: "instead of JSON", pathSuffix: "/wrong"),
        BadInput("no Authentik named", 64, says: "AUTHENTIK_URL", environment: ["AUTHENTIK_URL": nil]),
        BadInput("no token named", 64, says: "AUTHENTIK_TOKEN", environment: ["AUTHENTIK_TOKEN": nil]),
        BadInput("an address that is none", 64, says: "https://", environment: ["AUTHENTIK_URL": "ftp://x"]),
        BadInput(
            "nobody at the address",
            69,
            says: "http://127.0.0.1:1/api/v3/admin/version/",
            environment: ["AUTHENTIK_URL": "http://127.0.0.1:1"],
            arguments: ["--timeout-seconds", "1"]
        ),
        BadInput(
            "a host that does not exist",
            69,
            says: "Could not resolve host: no-such-host.invalid",
            environment: ["AUTHENTIK_URL": "http://no-such-host.invalid"],
            arguments: ["--timeout-seconds", "1"]
        ),
    ]

    @Test(arguments: inputs)
    func endsWithItsStatusAndWritesNothing(_ input: BadInput) async throws {
        try await withTarget { target in
            let directory = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            var path = homelab
            if let file = input.file {
                path = directory.appending(path: "services.yaml").path
                try Data(file.utf8).write(to: URL(filePath: path))
            }
            var changes = input.environment
            if let suffix = input.pathSuffix {
                changes["AUTHENTIK_URL"] = (target.environment["AUTHENTIK_URL"] ?? "") + suffix
            }
            for command in [["--once"], ["plan"]] {
                var environment = target.environment
                for (name, value) in changes { environment[name] = value }
                let result = try await Command(
                    command + ["--config", path] + input.arguments,
                    environment: environment
                ).run()
                #expect(result.status == input.status)
                #expect(result.output == "")
                for text in input.says { #expect(result.errors.contains(text), "it says: \(result.errors)") }
                result.expectNoSecrets()
            }
            #expect(target.writes == [])
        }
    }

    @Test(arguments: ["/no/such/file.yaml", "Sources"])
    func aPathWithoutAFileIsAMistakeInTheFile(_ path: String) async throws {
        let result = try await Command(["validate", "--config", path]).run()
        #expect(result.status == 65)
        #expect(result.errors.contains(path))
    }

    /// Many at once: what is left of TLS when a process ends must not crash it.
    @Test func speakingTLSToAPlainPortIsUnobservable() async throws {
        try await withTarget { target in
            let url = (target.environment["AUTHENTIK_URL"] ?? "").replacingOccurrences(of: "http:", with: "https:")
            try await withThrowingTaskGroup(of: Command.Result.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await target.run("plan", "--config", homelab, changing: ["AUTHENTIK_URL": url])
                    }
                }
                for try await result in group {
                    #expect(result.status == 69)
                    #expect(result.errors.contains("SSL"))
                }
            }
        }
    }

    @Test func aDaemonOnATakenPortSaysSo() async throws {
        try await withTarget { target in
            let port = target.environment["AUTHENTIK_URL"]?.split(separator: ":").last.map(String.init) ?? ""
            let result = try await Command(["--config", homelab, "--sandbox", "--listen", port]).run()
            #expect(result.status == 1)
            #expect(
                result.errors.contains("the status server cannot listen on 127.0.0.1:\(port): Address already in use")
            )
            #expect(result.errors.hasSuffix("; choose another address with --listen\n"))
        }
    }

    @Test func aSandboxOnATakenPortSaysSo() async throws {
        try await withTarget { target in
            let port = target.environment["AUTHENTIK_URL"]?.split(separator: ":").last.map(String.init) ?? ""
            let result = try await Command(["sandbox", "--port", port]).run()
            #expect(result.status == 1)
            #expect(result.errors.contains("the port is already in use; choose another port with --port"))
        }
    }
}
