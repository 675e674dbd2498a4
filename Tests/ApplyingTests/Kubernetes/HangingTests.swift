import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import KubernetesSupport
import Planning
import SecretSources
import TestSupport
import Testing

/// A Kubernetes that takes requests and does not answer: what needs it fails by itself, and all else is done.
@Suite(.timeLimit(.minutes(60))) struct HangingTests {
    private static let docs = """
          - slug: zz-docs
            name: Docs
            launchURL: https://docs.example.net

        """

    /// So long that a test which waits for it never ends.
    private static let forever: Duration = .seconds(100_000)

    @Test func `a service whose Secret is not answered is told, and the others are done`() async throws {
        try await withCluster(services: Cluster.grafana + Self.docs, isConverged: false) { cluster in
            cluster.kubernetes.setLatency(Self.forever)
            let report = try await cluster.makePass(limit: .milliseconds(200)).run()
            #expect(report.outcomes.map(\.plan.decision) == [.blocked, .create])
            #expect(report.outcomes[1].written == [.createApplication, .createMark])
            #expect(
                report.outcomes[0].plan.reason == """
                    the secret (kubernetes monitoring/grafana-secret clientKey) cannot be read: \
                    \(cluster.kubernetes.url): the Kubernetes API did not answer within 200 ms
                    """
            )
        }
    }

    @Test func `a service whose published object is not answered is told, and the rest of it is done`() async throws {
        let publish = "    publish: {namespace: monitoring, name: grafana-oidc, keys: {OIDC_ISSUER: issuer}}\n"
        try await withCluster(services: Cluster.grafana + publish + Self.docs, isConverged: false) { cluster in
            // Its Secret is known from before.
            var pass = try await cluster.makePass(limit: .milliseconds(200))
            let secrets = try await cluster.makePass().secrets()
            pass.secrets = { secrets }
            cluster.kubernetes.setLatency(Self.forever)
            let report = try await pass.run()
            #expect(report.outcomes[0].written == [.createApplicationAndProvider, .createMark])
            #expect(report.outcomes[1].written == [.createApplication, .createMark])
            let message = try #require(report.outcomes[0].failure?.message)
            #expect(message.hasPrefix("ConfigMap monitoring/grafana-oidc cannot be published: "))
            #expect(message.hasSuffix("did not answer within 200 ms"))
        }
    }

    @Test func `secrets are looked for beside the reading of Authentik`() async throws {
        try await withCluster(services: Cluster.grafana, isConverged: false) { cluster in
            var pass = try await cluster.makePass()
            let resolve = pass.secrets
            let sandbox = cluster.homelab.sandbox
            pass.secrets = {
                // Whoever reads one after the other never gets here, or never beyond.
                while sandbox.requests.count < 8 { try? await Task.sleep(for: .milliseconds(2)) }
                return await resolve()
            }
            #expect(try await pass.run().isConverged)
        }
    }

    @Test func `restarts that hang hold up no other service, and are told when their time is over`() async throws {
        // More of them than services are written to at the same time.
        let many = (1...6).map { number in
            Cluster.grafana.replacing("grafana\n", with: "grafana\(number)\n").replacing("8444", with: "844\(number)")
                .replacing("Grafana", with: "Grafana \(number)")
                + "    restart: {deployment: grafana}\n"
        }
        try await withCluster(services: many.joined() + Self.docs) { cluster in
            let admin = cluster.homelab.admin
            cluster.rotate("s3c0nd-s3cr3t")
            try await admin.changeApplication("zz-docs", ["meta_launch_url": "https://elsewhere.net"])
            var pass = try await cluster.makePass(limit: Self.forever)
            let kubernetes = cluster.kubernetes
            pass.client.onRequest = { if $0.isWrite { kubernetes.setLatency(Self.forever) } }
            let run = Task { [pass] in try await pass.run() }
            while try await admin.application("zz-docs")["meta_launch_url"] != "https://docs.example.net" {
                try await Task.sleep(for: .milliseconds(5))
            }
            run.cancel()
            let failures = try await run.value.outcomes.compactMap(\.failure?.message)
            // The answer to the write that was waited for may be cut off, too.
            #expect(failures.count >= 6)
            #expect(Set(failures) == ["not finished: the pass was cancelled"])
            kubernetes.setLatency(.zero)
            // What they began is still to be done, and now hangs for a short time only.
            pass = try await cluster.makePass(limit: .milliseconds(200))
            let secrets = try await cluster.makePass().secrets()
            pass.secrets = { secrets }
            kubernetes.setLatency(Self.forever)
            let messages = try await pass.run().outcomes.compactMap(\.failure?.message)
            #expect(messages.count == 6)
            for message in messages {
                #expect(message.contains("deployment monitoring/grafana could not be restarted: "))
                #expect(message.hasSuffix("did not answer within 200 ms"))
            }
            kubernetes.setLatency(.zero)
            #expect(try await cluster.pass().isConverged)
        }
    }
}
