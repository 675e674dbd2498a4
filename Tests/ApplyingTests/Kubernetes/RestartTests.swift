import Applying
import AuthentikAPI
import AuthentikSandbox
import Base
import DesiredState
import JSON
import KubernetesAPI
import KubernetesSupport
import Planning
import SecretSources
import Synchronization
import TestSupport
import Testing

private let marks = "/api/v3/core/application_entitlements/"
private let providers = "/api/v3/providers/oauth2/"

/// A workload is restarted once for each rotation of its secret, whatever comes in between.
@Suite(.timeLimit(.minutes(60))) struct RestartTests {
    private static let services = Cluster.grafana + "    restart: {deployment: grafana}\n"

    @Test func `a secret that Authentik does not keep restarts nothing`() async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.rotate("s3c0nd-s3cr3t")
            cluster.homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.ignore(field: "client_secret"))]))
            let report = try await cluster.pass()
            #expect(report.outcomes[0].written == [.updateMark])
            #expect(cluster.restarts() == 0)
            cluster.homelab.sandbox.faults.set(FaultPlan())
            #expect(try await cluster.pass().isConverged)
            #expect(cluster.restarts() == 1)
            try await cluster.expectNothingToDo()
        }
    }

    @Test(arguments: WorkloadKind.allCases)
    func `a rotation restarts the workload once, after the provider has the secret`(_ kind: WorkloadKind) async throws {
        let services = Cluster.grafana + "    restart: {\(kind): grafana}\n"
        try await withCluster(services: services) { cluster in
            #expect(cluster.restarts(kind) == 0)
            #expect(try await cluster.rotation()?["pending"] == false)
            try await cluster.expectNothingToDo()
            cluster.rotate("s3c0nd-s3cr3t")
            let report = try await cluster.pass()
            #expect(report.isConverged)
            #expect(report.outcomes[0].written == [.updateMark, .updateProvider, .restartWorkload, .updateMark])
            #expect(report.outcomes[0].restarted?.description == "\(kind) monitoring/grafana")
            #expect(try await cluster.clientSecret() == "s3c0nd-s3cr3t")
            #expect(cluster.restarts(kind) == 1)
            let patch = try #require(cluster.kubernetes.requests.last)
            #expect(patch.method == "PATCH")
            #expect(patch.contentType == "application/strategic-merge-patch+json")
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `two rotations within a second are two restarts`() async throws {
        try await withCluster(services: Self.services) { cluster in
            var times: [String?] = []
            for value in ["s3c0nd-s3cr3t", "th1rd-s3cr3t", "f0urth-s3cr3t"] {
                cluster.rotate(value)
                try await cluster.pass()
                times.append(cluster.restartedAt)
            }
            #expect(cluster.restarts() == 3)
            #expect(Set(times).count == 3)
            #expect(try await cluster.rotation()?["at"]?.string == cluster.restartedAt)
        }
    }

    @Test func `another key of the Secret is noted in the mark, once`() async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.kubernetes.rotateSecret(Cluster.secret, in: "monitoring", "other", "s3cr3t")
            #expect(try await cluster.pass().outcomes[0].written == [.updateMark])
            try await cluster.expectNothingToDo()
            #expect(cluster.restarts() == 0)
        }
    }

    @Test func `a Secret made anew with the same value restarts nothing, nor does a later change by hand`() async throws
    {
        try await withCluster(services: Self.services) { cluster in
            cluster.kubernetes.deleteSecret(Cluster.secret, in: "monitoring")
            cluster.kubernetes.setSecret(Cluster.secret, in: "monitoring", ["clientKey": "f1rst-s3cr3t"])
            #expect(try await cluster.pass().outcomes[0].written == [.updateMark])
            try await cluster.homelab.admin.changeProvider("grafana", ["client_secret": "by hand"])
            #expect(try await cluster.pass().outcomes[0].written == [.updateProvider])
            #expect(try await cluster.clientSecret() == "f1rst-s3cr3t")
            try await cluster.expectNothingToDo()
            #expect(cluster.restarts() == 0)
            cluster.rotate("s3c0nd-s3cr3t")
            try await cluster.pass()
            #expect(cluster.restarts() == 1)
        }
    }

    @Test func `a provider's secret that somebody changed is corrected without a restart`() async throws {
        try await withCluster(services: Self.services) { cluster in
            for value in ["by hand", "again"] {
                try await cluster.homelab.admin.changeProvider("grafana", ["client_secret": .string(value)])
                let report = try await cluster.pass()
                #expect(report.outcomes[0].written == [.updateProvider])
                #expect(try await cluster.clientSecret() == "f1rst-s3cr3t")
            }
            #expect(cluster.restarts() == 0)
        }
    }

    /// Whatever ends a pass, the next one finishes what it began: once.
    @Test(arguments: [
        // Before, or after, each of its writes.
        "unavailable=503,method=PATCH,path=\(marks)", "unavailable=503,write=done,method=PATCH,path=\(marks)",
        "reset=after,method=PATCH,path=\(marks)", "unavailable=503,method=PATCH,path=\(providers)",
        "unavailable=503,write=done,method=PATCH,path=\(providers)", "reset=after,method=PATCH,path=\(providers)",
        "unavailable=503,method=PATCH,path=\(marks),after=1",
        "unavailable=503,write=done,method=PATCH,path=\(marks),after=1",
        "reset=after,method=PATCH,path=\(marks),after=1",
    ])
    func `a pass that ends early`(fault: String) async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.rotate("s3c0nd-s3cr3t")
            cluster.homelab.sandbox.faults.set(FaultPlan(rules: [try FaultRule(parsing: fault)]))
            let broken = try await cluster.pass()
            #expect(!broken.isConverged)
            cluster.homelab.sandbox.faults.set(FaultPlan())
            #expect(try await cluster.pass().isConverged)
            #expect(cluster.restarts() == 1)
            #expect(try await cluster.clientSecret() == "s3c0nd-s3cr3t")
            try await cluster.expectNothingToDo()
            #expect(cluster.restarts() == 1)
        }
    }

    /// No write begins any more after so many of them to Authentik.
    @Test(arguments: 0..<4)
    func `a process that ends between two writes`(_ count: Int) async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.rotate("s3c0nd-s3cr3t")
            var pass = try await cluster.makePass()
            let gate = pass.client.gate
            if count == 0 { gate.set(.none(why: "the program is ending")) }
            let sent = Mutex(0)
            pass.client.onRequest = { request in
                guard request.isWrite else { return }
                let number = sent.withLock { sent in
                    sent += 1
                    return sent
                }
                if number == count { gate.set(.none(why: "the program is ending")) }
            }
            let report = try await pass.run()
            // The third is the mark that it is done: nothing is left.
            let failures = [0: "not attempted", 1: "not finished", 2: "not finished"]
            #expect(report.outcomes[0].failure?.message == failures[count].map { "\($0): the program is ending" })
            #expect(cluster.restarts() == (count == 3 ? 1 : 0))
            #expect(try await cluster.pass().isConverged)
            #expect(cluster.restarts() == 1)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `a rotation while another one is pending restarts once for both`() async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.rotate("s3c0nd-s3cr3t")
            cluster.homelab.sandbox.faults.set(
                FaultPlan(rules: [try FaultRule(parsing: "unavailable=503,method=PATCH,path=\(providers)")])
            )
            try await cluster.pass()
            cluster.homelab.sandbox.faults.set(FaultPlan())
            cluster.rotate("th1rd-s3cr3t")
            #expect(try await cluster.pass().isConverged)
            #expect(cluster.restarts() == 1)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `what may not be restarted says what is missing, and is tried again`() async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.kubernetes.rules = [.reading(secrets: [Cluster.secret], in: "monitoring")]
            cluster.rotate("s3c0nd-s3cr3t")
            let report = try await cluster.pass()
            #expect(!report.isConverged)
            let message = try #require(report.outcomes[0].failure?.message)
            let words = [
                "its provider has the new secret, but deployment monitoring/grafana could not be restarted: ",
                "forbidden",
                "needs 'patch' on deployments.apps 'grafana' in namespace 'monitoring'",
                #"{apiGroups: ["apps"], resources: [deployments], resourceNames: [grafana], verbs: [patch]}"#,
            ]
            for part in words { #expect(message.contains(part)) }
            #expect(try await cluster.clientSecret() == "s3c0nd-s3cr3t")
            #expect(try await cluster.rotation()?["pending"] == true)
            let again = try await cluster.pass()
            #expect(
                again.outcomes[0].plan.reason
                    == "deployment monitoring/grafana is still to be restarted for its new secret"
            )
            cluster.kubernetes.rules = [.everything]
            #expect(try await cluster.pass().isConverged)
            #expect(cluster.restarts() == 1)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `a workload that is not there is told, and restarted once it is`() async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.kubernetes.deleteWorkload(.deployment, "grafana", in: "monitoring")
            cluster.rotate("s3c0nd-s3cr3t")
            let message = try #require(try await cluster.pass().outcomes[0].failure?.message)
            #expect(message.hasSuffix(#"deployments.apps "grafana" not found"#))
            cluster.kubernetes.makeWorkload(.deployment, "grafana", in: "monitoring")
            #expect(try await cluster.pass().isConverged)
            #expect(cluster.restarts() == 1)
        }
    }

    @Test func `a Kubernetes that is away is told, and the restart comes later`() async throws {
        try await withCluster(services: Self.services) { cluster in
            cluster.rotate("s3c0nd-s3cr3t")
            var pass = try await cluster.makePass()
            pass.kubernetes = nil
            let message = try #require(try await pass.run().outcomes[0].failure?.message)
            #expect(message.hasSuffix("could not be restarted: no Kubernetes API is available"))
            pass = try await cluster.makePass()
            pass.kubernetes = KubernetesAccess { nil }
            let other = try #require(try await pass.run().outcomes[0].failure?.message)
            #expect(other.contains("could not be restarted: no Kubernetes API is configured"))
            #expect(try await cluster.pass().isConverged)
            #expect(cluster.restarts() == 1)
        }
    }

    @Test func `what is new or adopted restarts nothing`() async throws {
        try await withCluster(services: Self.services) { cluster in
            let mark = try #require(try await cluster.homelab.admin.list("core/application_entitlements/").first)
            let pk = mark["pbm_uuid"]?.string ?? ""
            try await cluster.homelab.admin.send("DELETE", "core/application_entitlements/\(pk)/")
            cluster.rotate("s3c0nd-s3cr3t")
            let report = try await cluster.pass()
            #expect(report.outcomes[0].plan.decision == .adopt)
            #expect(cluster.restarts() == 0)
            try await cluster.expectNothingToDo()
        }
    }

    @Test func `a new restart in the file is noted, and restarts at the next rotation`() async throws {
        try await withCluster(services: Cluster.grafana) { cluster in
            #expect(try await cluster.rotation() == nil)
            var cluster = cluster
            cluster.services = Self.services
            #expect(try await cluster.pass().outcomes[0].written == [.updateMark])
            try await cluster.expectNothingToDo()
            cluster.rotate("s3c0nd-s3cr3t")
            try await cluster.pass()
            #expect(cluster.restarts() == 1)
        }
    }
}
