import CurlTransport
import JSON
import KubernetesSupport
import Secrets
import Testing

@testable import KubernetesAPI

/// A server that also speaks HTTP/2, with watches held open, whose connections come and go.
@Suite("KubernetesAPI: connections", .timeLimit(.minutes(60)))
struct LiveConnectionTests {
    /// A client that sends nothing again by itself, of a server with a Secret and a Deployment.
    private func withClient(
        silenceLimit: Duration = .seconds(3600),
        _ body: (KubernetesStandIn, KubernetesClient) async throws -> Void
    ) async throws {
        try await withKubernetes { kubernetes in
            kubernetes.setSecret("grafana-secret", in: "monitoring", ["KEY": "value"])
            kubernetes.makeWorkload(.deployment, "grafana-secret", in: "monitoring")
            let environment = ["KUBECONFIG": try kubernetes.writeKubeconfig()]
            let configuration = try #require(try KubernetesConfiguration.find(environment: environment))
            var client = try makeClient(configuration, silenceLimit: silenceLimit)
            client.maximumAttempts = 1
            try await body(kubernetes, client)
        }
    }

    /// Several requests at once, as a pass sends them: reads, writes and creates.
    private func work(_ client: KubernetesClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...4 {
                group.addTask { _ = try await client.secret(grafana) }
                group.addTask { _ = try await client.mayI("get", .secrets, grafana) }
            }
            group.addTask { try await client.restart(.deployments, grafana, at: "2026-11-24T16:00:00Z") }
            group.addTask {
                let data = ["KEY": Secret("value")]
                let name = ObjectName(namespace: "monitoring", name: "published")
                try await client.apply(.configMaps, name, data: data, secretKeys: [], labels: [:])
            }
            try await group.waitForAll()
        }
    }

    @Test("No request is ever sent over the connection of a watch")
    func besideWatches() async throws {
        try await withClient { kubernetes, client in
            var watches: [SecretEvents] = []
            for round in 1...12 {
                watches.append(try await client.watch(grafana, from: "1", time: .seconds(3000)))
                try await work(client)
                if round.isMultiple(of: 3) {
                    watches.removeFirst(2)
                    try await kubernetes.waitForWatches(watches.count)
                }
            }
            let (watching, others) = kubernetes.requests.reduce(into: (Set<Int>(), Set<Int>())) { ports, request in
                if request.path.contains("watch=true") {
                    ports.0.insert(request.connection)
                } else {
                    ports.1.insert(request.connection)
                }
            }
            #expect(watching.count == 12)
            #expect(watching.isDisjoint(with: others))
            #expect(kubernetes.requests.count == 12 * 11)
        }
    }

    @Test("A server that closes connections after a few requests fails none, and gets none twice")
    func rotating() async throws {
        try await withClient { kubernetes, client in
            kubernetes.rotateConnections(after: 3)
            let watch = try await client.watch(grafana, from: "1", time: .seconds(3000))
            for _ in 1...12 { try await work(client) }
            #expect(kubernetes.requests.filter { $0.method == "POST" }.count == 12 * 4)
            #expect(Set(kubernetes.requests.map(\.connection)).count > 12)
            _ = watch
        }
    }

    @Test("After a restart of the server, the first request goes through")
    func restarting() async throws {
        try await withClient { kubernetes, client in
            for _ in 1...3 {
                let watch = try await client.watch(grafana, from: "1", time: .seconds(3000))
                try await work(client)
                try await kubernetes.goAway()
                try await kubernetes.comeBack()
                try await work(client)
                _ = watch
            }
        }
    }

    @Test("Connections that went silent hold up neither reads nor what says how something is to be")
    func silent() async throws {
        try await withClient(silenceLimit: .milliseconds(20)) { kubernetes, client in
            let watch = try await client.watch(grafana, from: "1", time: .seconds(3000))
            try await work(client)
            kubernetes.resetRequests()
            kubernetes.silenceConnections()
            try await work(client)
            // Creates never go where somebody was before.
            #expect(!kubernetes.swallowedRequests.isEmpty)
            #expect(!kubernetes.swallowedRequests.contains { $0.hasPrefix("POST") })
            #expect(kubernetes.requests.filter { $0.method == "POST" }.count == 4)
            _ = watch
        }
    }

    @Test("An update that names what it replaces is not sent twice")
    func silentUpdate() async throws {
        try await withClient(silenceLimit: .milliseconds(20)) { kubernetes, client in
            let name = ObjectName(namespace: "authentik", name: "reconcile")
            let json = ["metadata": ["name": "reconcile", "namespace": "authentik"], "spec": [:]] as JSONValue
            _ = try await client.createLease(name, json, within: .seconds(3600))
            kubernetes.resetRequests()
            kubernetes.silenceConnections()
            let error = try await failure { try await client.updateLease(name, json, within: .milliseconds(500)) }
            #expect(error.kind == .unreachable)
            #expect(kubernetes.requests.isEmpty)
            #expect(kubernetes.swallowedRequests.count <= 1)
        }
    }
}
