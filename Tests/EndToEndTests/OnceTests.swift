import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// A sandbox in this process, and how to point the command at it.
struct Target: Sendable {
    var sandbox: Sandbox
    var admin: Admin
    var environment: [String: String]

    func run(_ arguments: String..., changing changes: [String: String?] = [:]) async throws -> Command.Result {
        var environment = environment
        for (name, value) in changes { environment[name] = value }
        return try await Command(arguments, environment: environment).run()
    }

    /// The writes since the last reset.
    var writes: [String] { sandbox.requests.filter(\.isWrite).map { "\($0.method) \($0.path)" } }
}

let secrets = ["GRAFANA_OAUTH_CLIENT_SECRET": "grafana-7h3-s3cr3t", "ARGOCD_OIDC_CLIENT_SECRET": "argocd-7h3-s3cr3t"]
let token = "t0k3n-in-cl34r"
let homelab = "manifests/homelab.yaml"

func withTarget(
    _ release: Sandbox.Release = .december2025,
    _ body: @escaping @Sendable (Target) async throws -> Void
) async throws {
    try await withTarget(Sandbox.Configuration(release: release, token: token), body)
}

func withTarget(
    _ configuration: Sandbox.Configuration,
    _ body: @escaping @Sendable (Target) async throws -> Void
) async throws {
    try await withSandbox(configuration: configuration) { sandbox, baseURL in
        var environment = secrets
        environment["AUTHENTIK_URL"] = baseURL
        environment["AUTHENTIK_TOKEN"] = token
        try await body(
            Target(sandbox: sandbox, admin: try Admin(baseURL: baseURL, token: token), environment: environment)
        )
    }
}

extension Command.Result {
    /// Neither stream holds a secret or a token.
    func expectNoSecrets(sourceLocation: SourceLocation = #_sourceLocation) {
        for secret in [token] + secrets.values {
            #expect(!(output + errors).utf8.contains(secret.utf8), sourceLocation: sourceLocation)
        }
    }
}

/// What is wrong with an output by its schema in `manifests/schemas`.
func schemaMistakes(_ output: JSONValue, _ name: String) throws -> [String] {
    let file = Command.package.appending(path: "manifests/schemas/\(name).schema.json")
    return JSONSchema(try JSONValue(parsing: Data(contentsOf: file))).mistakes(in: output)
}

@Suite(.timeLimit(.minutes(60))) struct OnceTests {
    @Test func `how many writes are in flight is a setting`() async throws {
        try await withTarget { target in
            let run = ["--once", "--config", homelab]
            for (arguments, variable, name) in [
                (["--concurrency", "65"], nil, "--concurrency"), ([], "many", "RECONCILE_CONCURRENCY"),
            ] {
                let environment = target.environment.merging(["RECONCILE_CONCURRENCY": variable ?? ""]) { $1 }
                let result = try await Command(run + arguments, environment: environment).run()
                #expect(result.status == 64)
                #expect(result.errors.contains("\(name) must be from 1 to 64"))
            }
            #expect(try await target.run("--once", "--config", homelab, "--concurrency", "64").status == 0)
            let released = try await target.run(
                "release",
                "--config",
                homelab,
                changing: ["RECONCILE_CONCURRENCY": "1"]
            )
            #expect(released.status == 0)
            let help = try await Command(["plan", "--help"]).run()
            #expect(!help.output.contains("--concurrency"))
        }
    }

    @Test func convergesTheHomelabOnTheBuiltInSandbox() async throws {
        let result = try await Command(["--once", "--sandbox", "--config", homelab]).run()
        #expect(result.status == 0)
        // How far it is may be told where the machine is slow.
        #expect(result.errors.split(separator: "\n").allSatisfy { $0.contains("\"applying\"") })
        for slug in ["argocd", "grafana", "infisical", "launchfast", "mkdocs", "openclaw", "trivy"] {
            #expect(result.output.contains("+ \(slug)"))
        }
        #expect(result.output.contains("clientSecret       (set)"))
        #expect(
            result.output.contains(
                "generated for the sandbox: env ARGOCD_OIDC_CLIENT_SECRET, env GRAFANA_OAUTH_CLIENT_SECRET."
            )
        )
        #expect(result.output.contains("7 services: 7 created; 1 group: 1 created. 41 requests, 19 writes, in "))
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test func aSecondRunAgainstAServedSandboxWritesNothing() async throws {
        let sandbox = try SandboxProcess(token: token)
        var environment = secrets
        environment["AUTHENTIK_URL"] = try await sandbox.baseURL()
        environment["AUTHENTIK_TOKEN"] = token
        let first = try await Command(["--once", "--config", homelab], environment: environment).run()
        #expect(first.status == 0)
        first.expectNoSecrets()
        let before = sandbox.requests.count
        #expect(before == 41)
        let second = try await Command(["--once", "--config", homelab], environment: environment).run()
        #expect(second.status == 0)
        #expect(
            second.output.contains("7 services: 7 in sync; 1 group: 1 in sync. 14 requests, no writes, in ")
        )
        let log = sandbox.requests.dropFirst(before)
        #expect(log.count == 14)
        #expect(log.allSatisfy { $0.hasPrefix("GET ") })
        #expect(try await sandbox.stop() == 0)
    }

    @Test func mendsWhatWasChangedByHandAndLeavesTheRest() async throws {
        try await withTarget { target in
            let first = try await target.run("--once", "--config", homelab)
            #expect(first.status == 0)
            try await target.admin.changeProvider("grafana", ["client_secret": "changed", "signing_key": nil])
            try await target.admin.deleteApplication("trivy")
            target.sandbox.resetRequests()
            let second = try await target.run("--once", "--config", homelab)
            #expect(second.status == 0)
            #expect(second.output.contains("clientSecret  (changed)"))
            #expect(second.output.contains("signingKey    (none, HS256) → authentik Self-signed Certificate (RS256)"))
            #expect(second.output.contains("7 services: 5 in sync, 1 updated, 1 linked; 1 group: 1 in sync."))
            second.expectNoSecrets()
            #expect(target.writes.count == 3)
            let provider = try await target.admin.provider("grafana")
            #expect(provider["client_secret"] == "grafana-7h3-s3cr3t")
        }
    }

    @Test func aRefusedServiceIsReportedAndTheOthersConverge() async throws {
        try await withTarget { target in
            #expect(try await target.run("--once", "--config", homelab).status == 0)
            try await target.admin.changeApplication("trivy", ["name": "By hand"])
            try await target.admin.deleteApplication("grafana")
            let path = "/api/v3/core/applications/trivy/"
            let rule = FaultRule(.html(status: 500), method: "PATCH", path: path)
            target.sandbox.faults.set(FaultPlan(rules: [rule]))
            let result = try await target.run("--once", "--config", homelab)
            #expect(result.status == 1)
            #expect(result.output.contains("x trivy"))
            #expect(result.output.contains("500"))
            #expect(result.output.contains("5 in sync, 1 linked, 1 failed"))
            result.expectNoSecrets()
            #expect(try await target.admin.application("grafana")["name"] == "Grafana")
            let again = try await target.run("--once", "--config", homelab, "--output", "json")
            #expect(try schemaMistakes(JSONValue(parsing: Array(again.output.utf8)), "report") == [])
            #expect(again.output.contains("\"error\""))
        }
    }

    @Test func aMissingSecretBlocksItsServiceOnly() async throws {
        try await withTarget { target in
            let result = try await target.run(
                "--once",
                "--config",
                homelab,
                changing: ["GRAFANA_OAUTH_CLIENT_SECRET": nil]
            )
            #expect(result.status == 1)
            #expect(result.output.contains("the secret (env GRAFANA_OAUTH_CLIENT_SECRET) is not set"))
            #expect(result.output.contains("6 created, 1 blocked"))
        }
    }

    @Test func theReportIsThereForMachinesToo() async throws {
        try await withTarget { target in
            let result = try await target.run("--once", "--config", homelab, "--output", "json")
            #expect(result.status == 0)
            result.expectNoSecrets()
            let report = try JSONValue(parsing: Array(result.output.utf8))
            #expect(try schemaMistakes(report, "report") == [])
            #expect(report["version"] == 1)
            #expect(report["isConverged"] == true)
            #expect(report["requests"] == ["reads": 22, "writes": 19])
            #expect(report["summary"]?["create"] == 7)
            let changes = report["services"]?.array?.first?["changes"]?.array ?? []
            let secret = changes.first { $0["field"] == "client_secret" }
            #expect(
                secret == [
                    "object": "provider", "field": "client_secret", "fileField": "clientSecret", "isSecret": true,
                ]
            )
        }
    }

    @Test func nothingOfASecretIsInTheMostTalkativeLog() async throws {
        try await withTarget { target in
            let result = try await target.run("--once", "--config", homelab, "-v", "--log-level", "trace")
            #expect(result.status == 0)
            result.expectNoSecrets()
        }
    }
}
