import Foundation
import JSON
import KubernetesSupport
import Subprocess
import TestSupport
import Testing

/// Several replicas, of which one writes.
@Suite(.timeLimit(.minutes(60))) struct LeadershipTests {
    private func withReplicas(
        _ body: @escaping @Sendable (Replicas, KubernetesStandIn) async throws -> Void
    ) async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                kubernetes.putReleasedLease("reconcile", in: "authentik")
                try await body(try await Replicas(workplace, kubernetes), kubernetes)
            }
        }
    }

    @Test func `one writes and the other stands by, until it may take over`() async throws {
        try await withReplicas { replicas, kubernetes in
            let alpha = try replicas.start("alpha", ["--lease-seconds", "60"])
            let leading = try await alpha.settled("it leads") { $0["isInSync"] == true }
            #expect(try schemaMistakes(leading, "status") == [])
            #expect(leading["program"]?["isLeader"] == true)
            #expect(leading["passes"]?["lastAttempt"]?["triggers"]?.array?.contains("leader") == true)
            #expect(leading["program"]?["leadership"]?["lease"] == "authentik/reconcile")

            let beta = try replicas.start("beta", ["--lease-seconds", "60"])
            let standby = try await beta.status("it stands by") { $0["program"]?["leadership"]?["holder"] != nil }
            #expect(try schemaMistakes(standby, "status") == [])
            #expect(standby["state"] == "standby")
            #expect(standby["program"]?["isLeader"] == false)
            #expect(standby["program"]?["leadership"]?["holder"] == leading["program"]?["leadership"]?["identity"])
            #expect(standby["passes"]?["lastAttempt"] == nil)
            #expect(try await beta.request("GET", "/readyz").status == 200)
            #expect(try await beta.metric("reconcile_leader") == 0)
            #expect(try await alpha.metric("reconcile_leader") == 1)
            #expect(try await beta.get("/").contains("Standing by"))
            let refused = try await beta.request("POST", "/reconcile?wait=true")
            #expect(refused.status == 503)
            #expect(refused.body.contains("stands by"))

            // Who ends in order gives the Lease up: the other need not wait for its end, a minute from now.
            try replicas.change(to: "Moved")
            #expect(try await alpha.end() == 0)
            try await beta.settled("it leads now") { $0["isInSync"] == true }
            #expect(try await replicas.workplace.admin.application("grafana")["group"] == "Moved")
            #expect(Replicas.intrusions(try await replicas.writes(), replicas.reigns) == [])
            #expect(Set(try await replicas.writes().map(\.by)) == ["alpha", "beta"])
            try await kubernetes.wait { $0.objects("events", in: "authentik").count >= 4 }
            // Their pods' Events tell of both, and of what they wrote.
            let events = kubernetes.objects("events", in: "authentik")
                .map { "\($0["regarding"]?["name"]?.string ?? "") \($0["reason"]?.string ?? "")" }
            #expect(
                Set(events) == [
                    "alpha BecameLeader", "alpha ServicesChanged", "beta BecameLeader", "beta ServicesChanged",
                ]
            )
            #expect(events.count == 4)
            #expect(try await beta.end() == 0)
            try await expectGivenUp(kubernetes, replicas)
        }
    }

    /// The Lease is given up by who ends in order.
    ///
    /// There are 400 ms for it, which may be too few on a busy machine: then the next one has it a minute later, and ends.
    private func expectGivenUp(_ kubernetes: KubernetesStandIn, _ replicas: Replicas) async throws {
        func isHeld() -> Bool {
            kubernetes.object("leases", "reconcile", in: "authentik")?["spec"]?["holderIdentity"] != nil
        }
        for _ in 1...4 where isHeld() {
            let next = try replicas.start("beta", ["--lease-seconds", "60"])
            try await next.settled("it leads again") { $0["isInSync"] == true }
            #expect(try await next.end() == 0)
        }
        #expect(!isHeld())
    }

    @Test func `the first replica ever waits until surely nobody else leads, is ready meanwhile, and says so`()
        async throws
    {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                let replicas = try await Replicas(workplace, kubernetes)
                let alpha = try replicas.start("alpha", ["--lease-seconds", "40"])
                let waiting = try await alpha.status("it waits") {
                    let leadership = $0["program"]?["leadership"]
                    return leadership?["waitSeconds"] != nil && leadership?["error"] == nil
                }
                #expect(try schemaMistakes(waiting, "status") == [])
                #expect(waiting["state"] == "standby")
                #expect(
                    waiting["message"] == """
                        no replica leads; this one takes the Lease authentik/reconcile once it has not changed for 40 \
                        seconds, in case its last holder still writes
                        """
                )
                #expect(try await alpha.request("GET", "/readyz").status == 200)
                #expect(alpha.line("no leader; waiting")?["wait.seconds"] == "40")
                #expect(try await alpha.get("/").contains("takes the Lease once it has not changed for 40 seconds"))
                try await alpha.settled("it leads") { $0["isInSync"] == true }
                #expect(try await alpha.end() == 0)
                // What was given up in order, the next one takes at once, a minute or not.
                let next = try replicas.start("alpha", ["--lease-seconds", "60"])
                let leading = try await next.settled("it leads") { $0["isInSync"] == true }
                #expect(leading["program"]?["leadership"]?["waitSeconds"] == nil)
                #expect(next.line("no leader; waiting") == nil)
                #expect(try await next.end() == 0)
            }
        }
    }

    @Test func `a leader that loses its Kubernetes stops writing, and goes on when it is back`() async throws {
        try await withReplicas { replicas, kubernetes in
            let alpha = try replicas.start("alpha", ["--lease-seconds", "2"])
            try await alpha.settled("it leads") { $0["isInSync"] == true }
            try await kubernetes.goAway()
            let lost = try await alpha.status("it stands by") {
                $0["state"] == "standby"
                    && $0["message"]?.string?.hasPrefix("cannot reach the Lease authentik/reconcile: ") == true
            }
            #expect(lost["program"]?["isLeader"] == false)
            #expect(try await alpha.request("GET", "/readyz").status == 503)
            let stopped = Date.now
            try replicas.change(to: "Moved")
            alpha.send(.terminalClosed)
            #expect(try await alpha.request("POST", "/reconcile").status == 503)
            try await alpha.eventually("it noticed that the file changed") {
                alpha.line("pass requested by a signal")
            }
            #expect(try await replicas.writes(since: stopped).isEmpty)
            try await kubernetes.comeBack()
            try await alpha.settled("it leads again") { $0["isInSync"] == true }
            #expect(try await replicas.workplace.admin.application("grafana")["group"] == "Moved")
            #expect(alpha.line("Lease reachable again") != nil)
            #expect(try await alpha.end() == 0)
        }
    }

    @Test func `a replica that may not use its Lease says what it lacks, and writes nothing`() async throws {
        try await withReplicas { replicas, kubernetes in
            kubernetes.rules = []
            let alpha = try replicas.start("alpha", [])
            let status = try await alpha.status("it is refused") {
                $0["program"]?["leadership"]?["error"] != nil
            }
            for part in ["get", "leases.coordination.k8s.io", "authentik", "Role"] {
                #expect(status["message"]?.string?.contains(part) == true)
            }
            #expect(try await alpha.request("GET", "/readyz").status == 503)
            #expect(try await alpha.request("GET", "/healthz").status == 200)
            #expect(try await replicas.writes().isEmpty)
            #expect(try await alpha.end() == 0)
        }
    }

    @Test func `without a Kubernetes there is nothing to elect by`() async throws {
        try await withWorkplace { workplace in
            let arguments = ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path]
            var environment = ["AUTHENTIK_URL": workplace.address]
            let asked = try await Command(arguments + ["--leader-elect"], environment: environment).run()
            #expect(asked.status == 64)
            #expect(asked.errors.contains("leader election needs a Kubernetes Lease (or --no-leader-elect)"))
            #expect(asked.errors.contains("no Kubernetes API is configured"))
            // Within a cluster it is on.
            environment["KUBERNETES_SERVICE_HOST"] = "127.0.0.1"
            environment["KUBERNETES_SERVICE_PORT"] = "1"
            let inCluster = try await Command(arguments, environment: environment).run()
            #expect(inCluster.status == 64)
            #expect(inCluster.errors.contains("automountServiceAccountToken"))
            let name = try await Command(arguments + ["--lease", "a/b/c"], environment: environment).run()
            #expect(name.status == 64)
            #expect(name.errors.contains("invalid Lease 'a/b/c'"))
            let seconds = try await Command(arguments + ["--lease-seconds", "0"], environment: environment).run()
            #expect(seconds.errors.contains("--lease-seconds must be from"))
        }
    }
}
