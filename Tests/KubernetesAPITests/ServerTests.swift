import CurlTransport
import Foundation
import KubernetesSupport
import Secrets
import Testing

@testable import KubernetesAPI

@Suite("KubernetesAPI: against a server over TLS", .timeLimit(.minutes(60)))
struct ServerTests {
    @Test("A pod reads a Secret, and goes on when its token is replaced")
    func inCluster() async throws {
        try await withKubernetes { kubernetes in
            kubernetes.setSecret("grafana-secret", in: "monitoring", ["KEY": "first"])
            let folder = try kubernetes.writeServiceAccount()
            let client = try makeClient(try configuration(of: kubernetes, in: folder))
            #expect(client.configuration.namespace == KubernetesStandIn.namespace)
            #expect(try await value(client) == "first")
            kubernetes.rotateToken()
            let error = try await failure { try await client.secret(grafana) }
            #expect(error.kind == .unauthorized)
            #expect(error.message == "Unauthorized")
            try kubernetes.writeServiceAccount()
            #expect(try await value(client) == "first")
        }
    }

    @Test(
        "A kubeconfig says who comes",
        arguments: [
            KubernetesStandIn.Credentials.token, .tokenFile, .certificate(user: "alice"),
            .certificateFiles(user: "alice"),
        ]
    )
    func kubeconfig(credentials: KubernetesStandIn.Credentials) async throws {
        try await withKubernetes { kubernetes in
            kubernetes.setSecret("grafana-secret", in: "monitoring", ["KEY": "first"])
            kubernetes.setRules([.everything], of: "alice")
            let environment = ["KUBECONFIG": try kubernetes.writeKubeconfig(credentials, namespace: "authentik")]
            let client = try makeClient(try #require(try KubernetesConfiguration.find(environment: environment)))
            #expect(client.configuration.namespace == "authentik")
            #expect(try await value(client) == "first")
        }
    }

    @Test("A server that nobody vouches for is not talked to")
    func untrusted() async throws {
        try await withKubernetes { kubernetes in
            let folder = try kubernetes.writeServiceAccount()
            var configuration = try configuration(of: kubernetes, in: folder)
            configuration.transport.authoritiesFile = nil
            let error = try await failure { try await makeClient(configuration).secret(grafana) }
            #expect(error.kind == .unreachable)
            #expect(error.transport?.kind == .tls)
            #expect(!error.isTransient)
            #expect(kubernetes.requests.isEmpty)
        }
    }

    @Test("A Role for named Secrets is enough, and what it does not grant is named")
    func permissions() async throws {
        try await withKubernetes { kubernetes in
            kubernetes.rules = [.reading(secrets: ["grafana-secret", "late"], in: "monitoring")]
            kubernetes.setSecret("grafana-secret", in: "monitoring", ["KEY": "first"])
            let client = try makeClient(try configuration(of: kubernetes, in: try kubernetes.writeServiceAccount()))
            #expect(try await value(client) == "first")
            #expect(try await client.list(grafana).secret != nil)
            #expect(try await client.secret(ObjectName(namespace: "monitoring", name: "late")) == nil)
            let other = ObjectName(namespace: "monitoring", name: "other")
            let error = try await failure { try await client.secret(other) }
            #expect(
                "\(error)" == """
                    GET \(kubernetes.url)/api/v1/namespaces/monitoring/secrets/other: secrets "other" is forbidden: \
                    User "system:serviceaccount:authentik:reconcile" cannot get resource "secrets" in API group "" in \
                    the namespace "monitoring" (needs 'get' on secrets 'other' in namespace 'monitoring', which a \
                    Role there grants with the rule {apiGroups: [""], resources: [secrets], resourceNames: [other], \
                    verbs: [get, list, watch]})
                    """
            )
        }
    }

    @Test("A rotation is seen within the watch, and so are its end and its return")
    func rotation() async throws {
        try await withFollowed { kubernetes, seen in
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "KEY", "second")
            #expect(await seen.next() == "second")
            kubernetes.sendBookmarks()
            kubernetes.setSecret("other", in: "monitoring", ["KEY": "other"])
            kubernetes.deleteSecret("grafana-secret", in: "monitoring")
            #expect(await seen.next() == "absent")
            kubernetes.setSecret("grafana-secret", in: "monitoring", ["KEY": "third"])
            #expect(await seen.next() == "third")
            #expect(kubernetes.requests.count == 2)
        }
    }

    @Test("A change is seen after 410, however it is said", arguments: [WatchExpiry.status, .line])
    func gone(expiry: WatchExpiry) async throws {
        try await withFollowed { kubernetes, seen in
            kubernetes.expireNextWatch(expiry)
            kubernetes.cutWatches()
            // A list, a watch, the refused one, a list and a watch.
            try await kubernetes.wait { $0.requests.count == 5 }
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "KEY", "second")
            #expect(await seen.next() == "second")
        }
    }

    @Test("A change is seen after the watch was cut off", arguments: [true, false])
    func cut(isMidLine: Bool) async throws {
        try await withFollowed { kubernetes, seen in
            kubernetes.cutWatches(isMidLine: isMidLine)
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "KEY", "second")
            #expect(await seen.next() == "second")
        }
    }

    @Test("A change is seen after too many requests and failures")
    func failures() async throws {
        try await withFollowed { kubernetes, seen in
            kubernetes.throttle(next: 3)
            kubernetes.cutWatches()
            try await kubernetes.wait { $0.requests.count >= 5 }
            kubernetes.fail(next: 3)
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "KEY", "second")
            #expect(await seen.next() == "second")
        }
    }

    @Test("A change is seen after the server was away, and after the token was replaced")
    func away() async throws {
        try await withFollowed { kubernetes, seen in
            try await kubernetes.goAway()
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "KEY", "second")
            try await kubernetes.comeBack()
            #expect(await seen.next() == "second")
            kubernetes.rotateToken()
            kubernetes.cutWatches()
            #expect(await seen.next() == "unreadable")
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "KEY", "third")
            try kubernetes.writeServiceAccount()
            #expect(await seen.next() == "third")
        }
    }

    /// Follows a Secret, whose first value has been seen when `body` begins.
    private func withFollowed(
        _ body: (KubernetesStandIn, Observations) async throws -> Void
    ) async throws {
        try await withKubernetes { kubernetes in
            kubernetes.setSecret("grafana-secret", in: "monitoring", ["KEY": "first"])
            let folder = try kubernetes.writeServiceAccount()
            var watcher = SecretWatcher(grafana, client: try makeClient(try configuration(of: kubernetes, in: folder)))
            watcher.pause = { _ in try await Task.sleep(for: .milliseconds(1)) }
            let seen = Observations()
            let task = Task { [watcher] in await watcher.run { seen.add($0) } }
            #expect(await seen.next() == "first")
            try await kubernetes.waitForWatches()
            do {
                try await body(kubernetes, seen)
            } catch {
                task.cancel()
                throw error
            }
            task.cancel()
            await task.value
        }
    }

    private func configuration(of kubernetes: KubernetesStandIn, in folder: String) throws -> KubernetesConfiguration {
        let port = kubernetes.url.split(separator: ":").last.map(String.init)
        let environment = ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": port ?? ""]
        return try #require(
            try KubernetesConfiguration.inCluster(environment: environment, serviceAccount: folder)
        )
    }

    private func value(_ client: KubernetesClient) async throws -> String? {
        try await client.secret(grafana)?.data["KEY"].map { String(decoding: $0.exposed, as: UTF8.self) }
    }
}
