import Foundation
import JSON
import KubernetesSupport
import TestSupport
import Testing

/// The Roles that the command prints, and whether they are what the program needs.
@Suite(.timeLimit(.minutes(60))) struct RBACTests {
    private static let services = Workplace.services.replacing(
        "{file: SECRET}",
        with: """
            {kubernetes: {namespace: monitoring, name: grafana-secret, key: clientKey}}
                restart: {deployment: grafana}
                publish: {namespace: apps, name: grafana-oidc, keySet: grafana}
            """
    )

    private func withCluster(_ body: @escaping @Sendable (Workplace, KubernetesStandIn) async throws -> Void)
        async throws
    {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                kubernetes.setSecret("grafana-secret", in: "monitoring", ["clientKey": "f1rst-s3cr3t"])
                kubernetes.setSecret("other-secret", in: "monitoring", ["clientKey": "0th3r-s3cr3t"])
                kubernetes.makeWorkload(.deployment, "grafana", in: "monitoring")
                try workplace.write(Self.services)
                try await body(workplace, kubernetes)
            }
        }
    }

    private func print(_ arguments: String...) async throws -> String {
        let result = try await Command(["rbac"] + arguments).run()
        #expect(result.status == 0)
        #expect(result.errors == "")
        return result.output
    }

    /// What was asked of Kubernetes for services, in the words of ``PrintedRoles/rights``; not what an apply makes.
    private func used(_ kubernetes: KubernetesStandIn) -> Set<String> {
        Set(
            kubernetes.requests.compactMap { request in
                let parts = request.path.split(separator: "?", maxSplits: 1).map(String.init)
                guard let match = parts[0].firstMatch(of: #/namespaces/([^/]+)/([a-z]+)(?:/([^/]+))?$/#) else {
                    return nil
                }
                let (_, namespace, resource, name) = match.output
                if ["leases", "events"].contains(resource) { return nil }
                if let name { return "\(request.method == "GET" ? "get" : "patch") \(resource) \(namespace)/\(name)" }
                let query = parts.dropFirst().first?.removingPercentEncoding ?? ""
                let selected = query.firstMatch(of: #/fieldSelector=metadata\.name=([^&]+)/#)?.output.1 ?? "*"
                return "\(query.contains("watch=") ? "watch" : "list") \(resource) \(namespace)/\(selected)"
            }
        )
    }

    @Test func `a daemon does its work with just what is printed, and uses all of it`() async throws {
        try await withCluster { workplace, kubernetes in
            let printed = try PrintedRoles(try await print("--config", workplace.file.path, "--with-daemon"))
            #expect(printed.accounts == ["authentik/reconcile"])
            #expect(
                printed.roles == [
                    "apps/reconcile-services", "monitoring/reconcile-services", "authentik/reconcile-leases",
                    "authentik/reconcile-events",
                ]
            )
            kubernetes.rules = printed.rules
            let daemon = try DaemonProcess(
                [
                    "--config", workplace.file.path, "--token-file", workplace.tokenFile.path, "--audit-seconds", "1",
                    "--leader-elect",
                ],
                environment: [
                    "AUTHENTIK_URL": workplace.address, "POD_NAME": "alpha",
                    "KUBECONFIG": try kubernetes.writeKubeconfig(namespace: "authentik"),
                ]
            )
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(kubernetes.object("configmaps", "grafana-oidc", in: "apps") != nil)
            try await kubernetes.waitForWatches()
            kubernetes.rotateSecret("grafana-secret", in: "monitoring", "clientKey", "s3c0nd-s3cr3t")
            try await daemon.settled("restarted") {
                $0.service("grafana")?["lastChange"]?["restarted"] == "deployment monitoring/grafana"
            }
            try await kubernetes.wait { !$0.objects("events", in: "authentik").isEmpty }
            #expect(kubernetes.requests.filter { $0.status == 403 }.map(\.path) == [])
            // The Secret is read by itself unless the list before the watch, which begins after a second, comes first.
            let made: Set = ["create configmaps apps/grafana-oidc", "get secrets monitoring/grafana-secret"]
            let rights = printed.rights.filter { !$0.contains(" leases ") }
            #expect(used(kubernetes).union(made) == rights)

            try workplace.write(Self.services.replacing("grafana-secret", with: "other-secret"))
            let status = try await daemon.settled("blocked") { $0.service("grafana")?["state"] == "blocked" }
            let reason = status.service("grafana")?["reason"]?.string ?? ""
            #expect(reason.contains("needs 'get' on secrets 'other-secret' in namespace 'monitoring'"))
            #expect(kubernetes.requests.contains { $0.status == 403 && $0.path.contains("other-secret") })
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `a job needs less`() async throws {
        try await withCluster { workplace, kubernetes in
            let printed = try PrintedRoles(try await print("--config", workplace.file.path, "--job"))
            #expect(!printed.rights.contains { $0.hasPrefix("list ") || $0.hasPrefix("watch ") })
            kubernetes.rules = printed.rules
            let environment = [
                "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token,
                "KUBECONFIG": try kubernetes.writeKubeconfig(),
            ]
            for secret in ["f1rst-s3cr3t", "s3c0nd-s3cr3t"] {
                kubernetes.rotateSecret("grafana-secret", in: "monitoring", "clientKey", secret)
                let once = try await Command(["--once", "--config", workplace.file.path], environment: environment)
                    .run()
                #expect(once.status == 0, "\(once.output)")
            }
            #expect(kubernetes.requests.filter { $0.status == 403 }.map(\.path) == [])
            #expect(used(kubernetes).union(["create configmaps apps/grafana-oidc"]) == printed.rights)
        }
    }

    @Test func `the homelab's Roles are those of its file`() async throws {
        let folder = "deploy/kubernetes/overlays/homelab"
        let made = try await print("--config", "\(folder)/daemon/homelab.yaml")
        let kept = try String(contentsOf: Command.package.appending(path: "\(folder)/roles.yaml"), encoding: .utf8)
        #expect(kept == made, "run: reconcile rbac --config \(folder)/daemon/homelab.yaml > \(folder)/roles.yaml")
    }

    @Test func `another account, and how it was made`() async throws {
        try await withWorkplace { workplace in
            try workplace.write(Self.services)
            let folder = workplace.folder.appending(path: "it's here")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "services.yaml")
            try FileManager.default.moveItem(at: workplace.file, to: file)
            let text = try await print(
                "--config",
                file.path,
                "--service-account",
                "second",
                "--namespace",
                "sso",
                "--with-daemon",
                "--lease",
                "leases/second"
            )
            let quoted = file.path.replacing("'", with: #"'\''"#)
            let options = "--namespace sso --service-account second --with-daemon --lease leases/second"
            #expect(text.hasPrefix("# Made by: reconcile rbac --config '\(quoted)' \(options)\napiVersion"))
            let printed = try PrintedRoles(text)
            #expect(printed.accounts == ["sso/second"])
            #expect(
                printed.roles == [
                    "apps/second-services", "monitoring/second-services", "leases/second-leases", "sso/second-events",
                ]
            )
            #expect(printed.rights.contains("update leases leases/second"))
        }
    }

    @Test func `a file without Kubernetes needs none`() async throws {
        #expect(
            try await print("--config", homelab) == """
                # Made by: reconcile rbac --config \(homelab)
                # Nothing to grant: the services read, publish and restart nothing in Kubernetes.
                apiVersion: v1
                kind: List
                items: []

                """
        )
    }

    @Test func `a wrong file is told, and a wrong option`() async throws {
        try await withWorkplace { workplace in
            try workplace.write(Self.services.replacing("restart:", with: "restrat:"))
            let wrong = try await Command(["rbac", "--config", workplace.file.path]).run()
            #expect(wrong.status == 65)
            #expect(wrong.output == "")
            #expect(wrong.errors.contains("services.yaml:11:5: error:"))
            #expect(wrong.errors.contains("restrat"))
        }
        for (options, complaint) in [
            ([], "no file is given"), (["--job", "--with-daemon"], "cannot be combined with"),
            (["--lease", "x"], "--lease requires --with-daemon"),
            (["--with-daemon", "--lease", "a/b/c"], "invalid Lease 'a/b/c'"),
            (["--namespace", "Two Words"], "invalid --namespace 'Two Words'"),
            (["--service-account", ""], "invalid --service-account ''"),
        ] {
            let result = try await Command(["rbac"] + options + (options.isEmpty ? [] : ["--config", homelab])).run()
            #expect(result.status == 64)
            #expect(result.output == "")
            #expect(result.errors.contains(complaint), "\(result.errors)")
        }
    }
}
