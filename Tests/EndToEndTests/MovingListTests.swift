import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

/// Passes over an Authentik whose lists never stand still: clients that register themselves come and go.
@Suite(.timeLimit(.minutes(60))) struct MovingListTests {
    private static func file(_ count: Int) -> String {
        let services = (0..<count).map { number in
            "  - {slug: own-\(number), name: Own \(number), host: own-\(number).example.net, redirectPath: /callback, "
                + "secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}}\n"
        }
        return "apiVersion: reconcile/v1\nowner: moving\nservices:\n\(services.joined())"
    }

    /// Creates and deletes applications with providers, one after the other, until it is cancelled.
    ///
    /// - Returns: how many changes it made.
    private static func keepChanging(_ admin: Admin, while isWanted: @Sendable () -> Bool) async throws -> Int {
        let authorization = try await admin.flow("default-provider-authorization-implicit-consent")
        let invalidation = try await admin.flow("default-provider-invalidation-flow")
        var made: [(slug: String, provider: JSONValue)] = []
        var changes = 0
        while isWanted() {
            let number = changes
            if made.count < 20 || number.isMultiple(of: 2) {
                let provider = try await admin.send(
                    "POST",
                    "providers/oauth2/",
                    [
                        "name": .string("client-\(number)"), "authorization_flow": authorization,
                        "invalidation_flow": invalidation, "redirect_uris": [],
                    ]
                )["pk"]
                let slug = "client-\(number)"
                let body: JSONValue = ["name": .string(slug), "slug": .string(slug), "provider": provider ?? .null]
                try await admin.send("POST", "core/applications/", body)
                made.append((slug, provider ?? .null))
            } else {
                let (slug, provider) = made.remove(at: number % made.count)
                try await admin.send("DELETE", "core/applications/\(slug)/")
                try await admin.send("DELETE", "providers/oauth2/\(provider.integer ?? 0)/")
            }
            changes += 1
            try? await Task.sleep(for: .milliseconds(50))
        }
        return changes
    }

    @Test func `passes end, and nothing that slips over the boundary of two pages is created again`() async throws {
        let options = ["--services", "1000", "--fault", "latency=20ms..150ms,method=GET"]
        let sandbox = try SandboxProcess(token: token, options)
        var environment = secrets
        environment["AUTHENTIK_URL"] = try await sandbox.baseURL()
        environment["AUTHENTIK_TOKEN"] = token
        let admin = try Admin(baseURL: try #require(environment["AUTHENTIK_URL"]), token: token)
        try await withFile("services.yaml") { [environment] path in
            func pass(_ count: Int) async throws -> Command.Result {
                try Self.file(count).write(toFile: path, atomically: true, encoding: .utf8)
                return try await Command(["--once", "--config", path], environment: environment).run()
            }
            let first = try await pass(200)
            #expect(first.status == 0)
            #expect(first.output.contains("200 services: 200 created."))
            let isWanted = Mutex(true)
            let writer = Task { try await Self.keepChanging(admin) { isWanted.withLock(\.self) } }
            for _ in 1...3 {
                let next = try await pass(200)
                #expect(next.status == 0, "\(next.errors)")
                #expect(next.output.contains("200 services: 200 in sync. "), "\(next.output.suffix(2_000))")
                #expect(next.output.contains("no writes"))
            }
            let more = try await pass(220)
            #expect(more.status == 0, "\(more.errors)")
            #expect(more.output.contains("220 services: 200 in sync, 20 created."), "\(more.output.suffix(2_000))")
            isWanted.withLock { $0 = false }
            #expect(try await writer.value > 2)
            let quiet = try await pass(220)
            #expect(quiet.output.contains("220 services: 220 in sync. "))
        }
        #expect(try await sandbox.stop() == 0)
    }

    @Test func `a report says that Authentik slowed down`() async throws {
        let sandbox = try SandboxProcess(token: token, ["--fault", "unavailable=503,retry-after=0,method=GET,times=6"])
        var environment = secrets
        environment["AUTHENTIK_URL"] = try await sandbox.baseURL()
        environment["AUTHENTIK_TOKEN"] = token
        try await withFile("services.yaml") { [environment] path in
            try Self.file(3).write(toFile: path, atomically: true, encoding: .utf8)
            let text = try await Command(["--once", "--config", path], environment: environment).run()
            #expect(text.status == 0)
            #expect(text.output.contains(". Authentik answered slowly: at most "))
            #expect(text.errors.contains("Authentik answers slowly; sending fewer requests at a time"))
            let json = try await Command(["--once", "--config", path, "--output", "json"], environment: environment)
                .run()
            #expect(try JSONValue(parsing: json.output.utf8)["requests"]?["limitedTo"] == nil)
        }
        #expect(try await sandbox.stop() == 0)
    }
}
