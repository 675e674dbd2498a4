import Applying
import AuthentikAPI
import AuthentikSandbox
import Base
import DesiredState
import JSON
import Kinds
import KubernetesAPI
import KubernetesSupport
import Planning
import SecretSources
import TestSupport
import Testing

/// What a service finds in Kubernetes, by a pass beside an Authentik and a Kubernetes.
@Suite(.timeLimit(.minutes(60))) struct PublishTests {
    private static let keys = "keys: {OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientID}"

    private static func services(_ fields: String) -> String {
        Cluster.grafana + "    publish: {namespace: monitoring, name: grafana-oidc, \(fields)}\n"
    }

    private func withPublished(
        _ fields: String = keys,
        isConverged: Bool = true,
        _ body: @escaping @Sendable (Cluster) async throws -> Void
    ) async throws {
        try await withCluster(services: Self.services(fields), isConverged: isConverged, body)
    }

    @Test func `a new service publishes after its mark, and the second pass does nothing`() async throws {
        try await withPublished(isConverged: false) { cluster in
            let report = try await cluster.pass()
            #expect(report.isConverged)
            #expect(report.outcomes[0].written == [.createApplicationAndProvider, .createMark, .publish])
            let issuer = "\(cluster.homelab.baseURL)/application/o/grafana/"
            #expect(cluster.published == ["OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "grafana"])
            let patch = try #require(cluster.kubernetes.requests.last)
            #expect(patch.contentType == "application/apply-patch+yaml")
            #expect(patch.path.hasSuffix("/configmaps/grafana-oidc?fieldManager=reconcile"))
            try await cluster.expectNothingToDo()
            #expect(cluster.kubernetes.requests.count { $0.path.contains("/configmaps/") } == 1)
        }
    }

    @Test(
        arguments: ClientTool.all.map { "keySet: \($0.name)" } + [
            "keys: {s: clientSecret, i: issuer}", "keySet: [grafana, outline, argocd]",
            #"keys: {s: {template: "{clientID}:{clientSecret}"}, on: {value: "true"}}"#,
        ]
    )
    func `every set of keys converges`(fields: String) async throws {
        try await withPublished(fields) { cluster in
            try await cluster.expectNothingToDo()
            if fields.contains("argocd") {
                let secret = cluster.kubernetes.object("secrets", "grafana-oidc", in: "monitoring")
                #expect(secret?["metadata"]?["labels"] == ["app.kubernetes.io/part-of": "argocd"])
            }
            if fields.contains("clientSecret") {
                let wanted = fields.contains("template") ? "grafana:f1rst-s3cr3t" : "f1rst-s3cr3t"
                #expect(cluster.kubernetes.secretValue("grafana-oidc", in: "monitoring", "s") == wanted)
            }
        }
    }

    @Test func `what is published is what the discovery document says`() async throws {
        try await withPublished("keySet: generic") { cluster in
            let url = try #require(cluster.published["OIDC_CONFIGURATION_URL"])
            let document = try await cluster.homelab.admin.get(url)
            #expect(document["issuer"]?.string == cluster.published["OIDC_ISSUER"])
            #expect(document["authorization_endpoint"]?.string == cluster.published["OIDC_AUTHORIZATION_URL"])
            #expect(document["token_endpoint"]?.string == cluster.published["OIDC_TOKEN_URL"])
            #expect(document["userinfo_endpoint"]?.string == cluster.published["OIDC_USERINFO_URL"])
            #expect(document["end_session_endpoint"]?.string == cluster.published["OIDC_END_SESSION_URL"])
            #expect(document["jwks_uri"]?.string == cluster.published["OIDC_JWKS_URL"])
        }
    }

    @Test func `a published key or object that somebody deletes comes back`() async throws {
        try await withPublished { cluster in
            let before = cluster.published
            cluster.kubernetes.setConfigMap("grafana-oidc", in: "monitoring", ["OTHER": "theirs"])
            let report = try await cluster.pass()
            #expect(report.outcomes[0].written == [.publish])
            #expect(cluster.published == before.merging(["OTHER": "theirs"]) { $1 })
            try await cluster.expectNothingToDo()
            cluster.kubernetes.deleteConfigMap("grafana-oidc", in: "monitoring")
            try await cluster.pass()
            #expect(cluster.published == before)
        }
    }

    @Test func `a key that is given up goes, and what others have there stays`() async throws {
        try await withPublished { cluster in
            var cluster = cluster
            cluster.services = Self.services("keys: {OIDC_ISSUER: issuer}")
            let report = try await cluster.pass()
            #expect(report.outcomes[0].plan.changes.map(\.field) == ["OIDC_CLIENT_ID"])
            #expect(Set(cluster.published.keys) == ["OIDC_ISSUER"])
            try await cluster.expectNothingToDo()
            cluster.services = Cluster.grafana
            try await cluster.expectNothingToDo()
            #expect(Set(cluster.published.keys) == ["OIDC_ISSUER"])
        }
    }

    @Test func `what another manager has is never taken`() async throws {
        try await withPublished { cluster in
            let theirs = ["OIDC_ISSUER": "https://elsewhere.net", "OIDC_CLIENT_ID": "grafana"]
            cluster.kubernetes.setConfigMap("grafana-oidc", in: "monitoring", theirs, manager: "somebody")
            try await cluster.homelab.admin.changeApplication("grafana", ["meta_launch_url": "https://elsewhere.net"])
            let report = try await cluster.pass()
            #expect(!report.isConverged)
            let message = try #require(report.outcomes[0].failure?.message)
            let parts = [
                "ConfigMap monitoring/grafana-oidc could not be published: ", #"conflict with "somebody""#,
                ".data.OIDC_ISSUER",
            ]
            for part in parts { #expect(message.contains(part)) }
            #expect(cluster.published == theirs)
            // Everything else of it is done.
            #expect(report.outcomes[0].written == [.updateApplication])
            #expect(cluster.kubernetes.requests.allSatisfy { !$0.path.contains("force") })
        }
    }

    /// Another process with the same file makes it at the same moment.
    @Test func `an object that is there all of a sudden is published once more, and taken from nobody`() async throws {
        try await withPublished(isConverged: false) { cluster in
            var pass = try await cluster.makePass()
            pass.client.onRequest = { [kubernetes = cluster.kubernetes] request in
                if request.method == "PUT" { kubernetes.fail(next: 1, status: 409) }
            }
            let report = try await pass.run()
            #expect(report.isConverged)
            #expect(report.outcomes[0].written == [.createApplicationAndProvider, .createMark, .publish])
            #expect(cluster.kubernetes.requests.count { $0.method == "PATCH" } == 2)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `what may not be read or written says what is missing, and the rest is done`() async throws {
        try await withPublished(isConverged: false) { cluster in
            cluster.kubernetes.rules = [.reading(secrets: [Cluster.secret], in: "monitoring")]
            let blind = try await cluster.pass()
            #expect(blind.outcomes[0].written == [.createApplicationAndProvider, .createMark])
            let reading = try #require(blind.outcomes[0].failure?.message)
            #expect(reading.hasPrefix("ConfigMap monitoring/grafana-oidc cannot be published: GET "))
            #expect(reading.contains("needs 'get' on configmaps 'grafana-oidc' in namespace 'monitoring'"))
            #expect(reading.contains("resourceNames: [grafana-oidc], verbs: [get, create, patch]"))
            let again = try await cluster.pass()
            #expect(again.outcomes[0].failure?.message == reading)
            #expect(again.outcomes[0].plan.decision == .update)

            cluster.kubernetes.rules.append(
                AccessRule(verbs: ["get", "patch"], resources: ["configmaps"], namespace: "monitoring")
            )
            let writing = try #require(try await cluster.pass().outcomes[0].failure?.message)
            #expect(writing.contains("could not be published: PATCH "))
            #expect(writing.contains("cannot create resource"))
            cluster.kubernetes.rules = [.everything]
            #expect(try await cluster.pass().isConverged)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `without a Kubernetes the rest is done`() async throws {
        try await withPublished { cluster in
            var pass = try await cluster.makePass()
            pass.kubernetes = KubernetesAccess { nil }
            let message = try #require(try await pass.run().outcomes[0].failure?.message)
            #expect(message.contains("cannot be published: no Kubernetes API is configured"))
            // Where none may be asked at all, as beside a sandbox, it is left out.
            pass = try await cluster.makePass()
            pass.kubernetes = nil
            let report = try await pass.run()
            #expect(report.isConverged)
            #expect(report.outcomes[0].plan.notes == ["ConfigMap monitoring/grafana-oidc was not compared"])
        }
    }

    @Test func `it is not published when another write failed`() async throws {
        try await withPublished { cluster in
            cluster.kubernetes.deleteConfigMap("grafana-oidc", in: "monitoring")
            try await cluster.homelab.admin.changeApplication("grafana", ["meta_launch_url": "https://elsewhere.net"])
            let fault = try FaultRule(parsing: "unavailable=503,method=PATCH,path=/api/v3/core/applications/")
            cluster.homelab.sandbox.faults.set(FaultPlan(rules: [fault]))
            #expect(try await !cluster.pass().isConverged)
            #expect(cluster.published == [:])
            cluster.homelab.sandbox.faults.set(FaultPlan())
            try await cluster.pass()
            #expect(cluster.published.count == 2)
        }
    }

    @Test func `a rotated secret is published, and then the workload restarts`() async throws {
        let services = Self.services("keys: {s: clientSecret}") + "    restart: {deployment: grafana}\n"
        try await withCluster(services: services) { cluster in
            cluster.rotate("s3c0nd-s3cr3t")
            let report = try await cluster.pass()
            #expect(
                report.outcomes[0].written == [
                    .updateMark, .updateProvider, .publish, .restartWorkload, .updateMark,
                ]
            )
            #expect(cluster.kubernetes.secretValue("grafana-oidc", in: "monitoring", "s") == "s3c0nd-s3cr3t")
            #expect(cluster.restarts() == 1)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `a restart waits until its workload can read the new secret there`() async throws {
        let services = Self.services("keys: {s: clientSecret}") + "    restart: {deployment: grafana}\n"
        try await withCluster(services: services) { cluster in
            cluster.kubernetes.rules = [.reading(secrets: [Cluster.secret], in: "monitoring")]
            cluster.rotate("s3c0nd-s3cr3t")
            let report = try await cluster.pass()
            #expect(report.outcomes[0].written == [.updateMark, .updateProvider])
            #expect(try await cluster.rotation()?["pending"] == true)
            #expect(try await cluster.pass().outcomes[0].written == [])
            cluster.kubernetes.rules = [.everything]
            #expect(try await cluster.pass().outcomes[0].written == [.publish, .restartWorkload, .updateMark])
            #expect(cluster.restarts() == 1)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `no write begins once the program is ending`() async throws {
        try await withPublished { cluster in
            cluster.kubernetes.deleteConfigMap("grafana-oidc", in: "monitoring")
            let pass = try await cluster.makePass()
            pass.client.gate.set(.none(why: "the program is ending"))
            let report = try await pass.run()
            #expect(report.outcomes[0].failure?.message == "not attempted: the program is ending")
            #expect(cluster.published == [:])
        }
    }
}

extension Cluster {
    /// What `grafana-oidc` holds; empty if it is not there.
    fileprivate var published: [String: String] {
        let object = kubernetes.object("configmaps", "grafana-oidc", in: "monitoring")
        return (object?["data"]?.object ?? [:]).compactMapValues(\.string)
    }
}
