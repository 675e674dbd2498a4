import Base
import CurlTransport
import JSON
import KubernetesSupport
import Testing

@testable import KubernetesAPI

/// Restarts, on the stand-in, which answers as a live server does.
@Suite(.timeLimit(.minutes(60))) struct WorkloadTests {
    private static let time = "2026-11-24T16:00:00Z"
    private let object = ObjectName(namespace: "monitoring", name: "grafana")

    private func client(of kubernetes: KubernetesStandIn) throws -> KubernetesClient {
        let environment = ["KUBECONFIG": try kubernetes.writeKubeconfig()]
        return try makeClient(try #require(try KubernetesConfiguration.find(environment: environment)))
    }

    @Test("A restart is what kubectl sends, and the same again changes nothing")
    func restart() async throws {
        try await withKubernetes { kubernetes in
            kubernetes.makeWorkload(.deployment, "grafana", in: "monitoring")
            let client = try client(of: kubernetes)
            for _ in 0..<2 { try await client.restart(.deployments, object, at: Self.time) }
            let deployment = kubernetes.object("deployments", "grafana", in: "monitoring")
            #expect(deployment?["metadata"]?["generation"] == 2)
            let request = try #require(kubernetes.requests.last)
            #expect(request.method == "PATCH")
            #expect(
                request.path == "/apis/apps/v1/namespaces/monitoring/deployments/grafana?fieldManager=reconcile"
            )
            #expect(request.contentType == "application/strategic-merge-patch+json")
            let annotations: JSONValue = ["kubectl.kubernetes.io/restartedAt": .string(Self.time)]
            #expect(request.json == ["spec": ["template": ["metadata": ["annotations": annotations]]]])
        }
    }

    @Test("It is tried again after a failure, each time by leave of the gate")
    func retries() async throws {
        try await withKubernetes { kubernetes in
            kubernetes.makeWorkload(.statefulSet, "grafana", in: "monitoring")
            var client = try client(of: kubernetes)
            kubernetes.fail(next: 2)
            try await client.restart(.statefulSets, object, at: Self.time)
            #expect(kubernetes.requests.count == 3)
            let gate = WriteGate()
            client.admission = { write in try await gate.pass { _ in try await write(nil) } }
            gate.set(.none(why: "the program is ending"))
            await #expect(throws: WritesStopped.self) {
                try await client.restart(.statefulSets, object, at: Self.time)
            }
            #expect(kubernetes.requests.count == 3)
        }
    }

    @Test("A leader whose term ended restarts nothing, also on a connection that is there")
    func tooLate() async throws {
        try await withKubernetes { kubernetes in
            kubernetes.makeWorkload(.statefulSet, "grafana", in: "monitoring")
            var client = try client(of: kubernetes)
            client.maximumAttempts = 1
            try await client.restart(.statefulSets, object, at: Self.time)
            client.admission = { try await $0(WriteTerm(beginBefore: .now, endBefore: .now + .seconds(9))) }
            let error = try await failure { try await client.restart(.statefulSets, object, at: Self.time) }
            #expect(error.transport?.kind == .tooLate)
            #expect(kubernetes.requests.count == 1)
        }
    }
}
