import JSON
import KubernetesSupport
import Testing

/// What the recordings do not show of how objects are written.
@Suite(.timeLimit(.minutes(15)))
struct ObjectTests {
    private static let configMap = "/api/v1/namespaces/monitoring/configmaps/grafana?fieldManager=reconcile"

    private func object(_ data: JSONValue) -> JSONValue { ["apiVersion": "v1", "kind": "ConfigMap", "data": data] }

    @Test func `all conflicts are named`() async throws {
        try await withKubernetes { standIn in
            let client = try Client(standIn)
            standIn.setConfigMap("grafana", in: "monitoring", ["a": "1", "b": "1", "c": "1"], manager: "somebody")
            let answer = try await client.apply(Self.configMap, object(["a": "2", "b": "2", "c": "1"]))
            #expect(answer.status == 409)
            #expect(
                answer.json?["message"]?.string
                    == "Apply failed with 2 conflicts: conflicts with \"somebody\" using v1:\n- .data.a\n- .data.b"
            )
        }
    }

    @Test func `a field of two owners stays when one gives it up`() async throws {
        try await withKubernetes { standIn in
            let client = try Client(standIn)
            standIn.setConfigMap("grafana", in: "monitoring", ["a": "1"], manager: "somebody")
            #expect(try await client.apply(Self.configMap, object(["a": "1", "b": "1"])).status == 200)
            let answer = try await client.apply(Self.configMap, object([:]))
            #expect(answer.json?["data"] == ["a": "1"])
        }
    }

    @Test(arguments: WorkloadKind.allCases)
    func `a workload is restarted once`(_ kind: WorkloadKind) async throws {
        try await withKubernetes { standIn in
            let client = try Client(standIn)
            standIn.makeWorkload(kind, "grafana", in: "monitoring")
            let patch: JSONValue = [
                "spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": "now"]]]]
            ]
            for _ in 0..<2 {
                let answer = try await client.send(
                    "PATCH",
                    "/apis/apps/v1/namespaces/monitoring/\(kind.resource)/grafana",
                    patch,
                    contentType: "application/strategic-merge-patch+json"
                )
                #expect(answer.json?.at(["metadata", "generation"])?.integer == 2)
            }
            let object = try #require(standIn.object(kind.resource, "grafana", in: "monitoring"))
            #expect(object.at(["spec", "template", "metadata", "labels", "app"])?.string == "grafana")
        }
    }

    @Test(arguments: [
        ("2026-11-23T19:08:58.839040Z", nil),
        ("2026-11-23T19:08:58.839040+01:00", nil),
        ("2026-11-23T19:08:58Z", "cannot parse \"Z\" as \".000000\""),
        ("2026-11-23T19:08:58.839Z", "cannot parse \".839Z\" as \".000000\""),
        ("2026-11-23 19:08:58.839040Z", "cannot parse \" 19:08:58.839040Z\" as \"T\""),
    ])
    func `times need six digits`(_ time: String, _ complaint: String?) async throws {
        try await withKubernetes { standIn in
            let answer = try await Client(standIn).send(
                "POST",
                "/apis/coordination.k8s.io/v1/namespaces/authentik/leases",
                ["metadata": ["name": "reconcile"], "spec": ["renewTime": .string(time)]]
            )
            #expect(answer.status == (complaint == nil ? 201 : 400))
            if let complaint { #expect(answer.json?["message"]?.string?.hasSuffix(complaint) == true) }
        }
    }

    @Test func `a trial changes nothing`() async throws {
        try await withKubernetes { standIn in
            let answer = try await Client(standIn).apply(Self.configMap + "&dryRun=All", object(["a": "1"]))
            #expect(answer.status == 201)
            #expect(standIn.object("configmaps", "grafana", in: "monitoring") == nil)
        }
    }

    @Test func `what is missing says so`() async throws {
        try await withKubernetes { standIn in
            let client = try Client(standIn)
            #expect(try await client.get("/api/v1/namespaces/monitoring/secrets?labelSelector=a%3Db").status == 501)
            #expect(try await client.get("/api/v1/namespaces/monitoring/pods").status == 404)
            #expect(try await client.get("/metrics").status == 403)
        }
    }
}
