import CurlTransport
import JSON
import KubernetesSupport
import Testing

/// Watches, and what tests can do to them.
@Suite(.timeLimit(.minutes(60)))
struct WatchTests {
    private static let secrets = "/api/v1/namespaces/monitoring/secrets"
    private static let selector = "fieldSelector=metadata.name%3Dgrafana"

    private func watch(_ seconds: Int, _ rest: String = "") -> String {
        "\(Self.secrets)?watch=true&timeoutSeconds=\(seconds)&\(Self.selector)\(rest)"
    }

    private func withSecret(_ body: (KubernetesStandIn, Client) async throws -> Void) async throws {
        try await withKubernetes { standIn in
            standIn.setSecret("grafana", in: "monitoring", ["secret": "first"])
            try await body(standIn, try Client(standIn))
        }
    }

    @Test func `a rotation is seen, and what others are called is not`() async throws {
        try await withSecret { standIn, client in
            let answer = try await client.watch(watch(1, "&resourceVersion=\(standIn.resourceVersion)")) {
                standIn.setSecret("other", in: "monitoring", ["secret": "x"])
                standIn.setSecret("grafana", in: "elsewhere", ["secret": "x"])
                standIn.rotateSecret("grafana", in: "monitoring", "secret", "second")
            }
            #expect(answer.types == ["MODIFIED"])
            #expect(answer.lines.first?.at(["object", "data", "secret"])?.string == "c2Vjb25k")
            #expect(standIn.secretValue("grafana", in: "monitoring", "secret") == "second")
            try await standIn.waitForWatches(0)
        }
    }

    @Test func `writing the same is no change`() async throws {
        try await withSecret { standIn, client in
            let version = standIn.resourceVersion
            let answer = try await client.watch(watch(1, "&resourceVersion=\(version)")) {
                standIn.setSecret("grafana", in: "monitoring", ["secret": "first"])
            }
            #expect(answer.types == [])
            #expect(standIn.resourceVersion == version)
        }
    }

    @Test func `a version that is too old is refused in each way`() async throws {
        try await withSecret { standIn, client in
            standIn.expireNextWatch(.status)
            let refused = try await client.get(watch(1))
            #expect(refused.status == 410)
            #expect(refused.json?["reason"]?.string == "Expired")

            standIn.expireNextWatch(.line)
            let line = try await client.get(watch(1))
            #expect(line.status == 200)
            #expect(line.types == ["ERROR"])
            #expect(line.lines.first?.at(["object", "code"])?.integer == 410)

            standIn.compact()
            let compacted = try await client.get(watch(1, "&resourceVersion=1"))
            #expect(compacted.types == ["ERROR"])
            #expect(try await client.get(watch(1)).types == ["ADDED"])
        }
    }

    @Test(arguments: [false, true])
    func `a watch is cut`(isMidLine: Bool) async throws {
        try await withSecret { standIn, client in
            let error = await #expect(throws: TransportError.self) {
                try await client.watch(watch(60)) { standIn.cutWatches(isMidLine: isMidLine) }
            }
            #expect(error?.kind == .interrupted)
            try await standIn.waitForWatches(0)
        }
    }

    @Test func `a held watch says nothing until it is released`() async throws {
        try await withSecret { standIn, client in
            standIn.holdWatches()
            let silent = Task { try await client.get(watch(0)) }
            try await standIn.waitForWatches()
            silent.cancel()
            await #expect(throws: CancellationError.self) { try await silent.value }
            // Whoever gives up is noticed.
            try await standIn.waitForWatches(0)

            let answer = try await client.watch(watch(0, "&allowWatchBookmarks=true")) {
                standIn.rotateSecret("grafana", in: "monitoring", "secret", "second")
                standIn.releaseWatches()
            }
            #expect(answer.types.contains("ADDED"))
            #expect(answer.types.contains("BOOKMARK"))
        }
    }
}
