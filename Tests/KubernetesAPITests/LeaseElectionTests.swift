import FoundationEssentials
import JSON
import KubernetesSupport
import Synchronization
import Testing

@testable import KubernetesAPI

@Suite("KubernetesAPI: electing a leader", .timeLimit(.minutes(60)))
struct LeaseElectionTests {
    private static let name = ObjectName(namespace: "authentik", name: "reconcile")

    /// A candidate at work.
    private final class Candidate: Sendable {
        let election: LeaseElection
        private let journal: Journal
        private let task: Task<Void, Never>

        init(_ identity: String, _ kubernetes: KubernetesStandIn, seconds: Int = 15) throws {
            let path = try kubernetes.writeKubeconfig()
            let configuration = try #require(try KubernetesConfiguration.find(environment: ["KUBECONFIG": path]))
            let election = LeaseElection(
                LeaseElectionTests.name,
                identity: identity,
                timing: LeaseTiming(seconds: seconds),
                client: try makeClient(configuration)
            )
            self.election = election
            let journal = Journal()
            self.journal = journal
            task = Task { await election.run { journal.add($0) } }
        }

        private final class Journal: Sendable {
            let all = Mutex<[String]>([])

            func add(_ report: LeaseElection.Report) {
                let text =
                    switch report {
                    case .leads: "leads"
                    case .standsBy(let holder): "stands by \(holder)"
                    case .waits(let duration): "waits \(duration.components.seconds)"
                    case .lost: "lost"
                    case .failed(let error): "failed \(error.kind)"
                    case .expired: "expired"
                    }
                all.withLock { if $0.last != text { $0.append(text) } }
            }
        }

        /// What it reported, once for the same in a row.
        var told: [String] { journal.all.withLock { $0 } }

        /// The same without the looks that failed, which on a busy machine may be.
        var toldOfLeading: [String] { told.filter { !$0.hasPrefix("failed") } }

        func waits(for reports: String...) async throws {
            while !reports.contains(told.last ?? "") { try await Task.sleep(for: .milliseconds(5)) }
        }

        func stop() async {
            task.cancel()
            await task.value
        }
    }

    /// Beside a Lease that is free at once.
    private func withElection(_ body: @escaping @Sendable (KubernetesStandIn) async throws -> Void) async throws {
        try await withKubernetes { kubernetes in
            kubernetes.putReleasedLease("reconcile", in: "authentik")
            try await body(kubernetes)
        }
    }

    private func lease(_ kubernetes: KubernetesStandIn) -> JSONValue? {
        kubernetes.object("leases", "reconcile", in: "authentik")
    }

    @Test("One leads, the other stands by, and takes what is given up at once")
    func handOver() async throws {
        try await withElection { kubernetes in
            let first = try Candidate("a", kubernetes, seconds: 60)
            try await first.waits(for: "leads")
            let spec = try #require(lease(kubernetes)?["spec"])
            #expect(spec["holderIdentity"] == "a")
            #expect(spec["leaseDurationSeconds"] == 60)
            #expect(spec["leaseTransitions"] == 4)
            let second = try Candidate("b", kubernetes, seconds: 3)
            try await second.waits(for: "stands by a")
            await first.stop()
            await first.election.resign(within: .seconds(60))
            #expect(lease(kubernetes)?["spec"]?["leaseDurationSeconds"] == 1)
            #expect(lease(kubernetes)?["metadata"]?["annotations"] != nil)
            try await second.waits(for: "leads")
            #expect(lease(kubernetes)?["spec"]?["holderIdentity"] == "b")
            #expect(lease(kubernetes)?["spec"]?["leaseTransitions"] == 5)
            #expect(lease(kubernetes)?["metadata"]?["annotations"] == nil)
            await second.stop()
        }
    }

    @Test("It is renewed, and nothing else is sent")
    func renews() async throws {
        try await withElection { kubernetes in
            let candidate = try Candidate("a", kubernetes, seconds: 60)
            try await candidate.waits(for: "leads")
            let before = lease(kubernetes)?["metadata"]?["resourceVersion"]
            kubernetes.resetRequests()
            try await kubernetes.wait { $0.requests.count >= 2 }
            await candidate.stop()
            #expect(Set(kubernetes.requests.map(\.method)) == ["PUT"])
            #expect(lease(kubernetes)?["metadata"]?["resourceVersion"] != before)
            #expect(lease(kubernetes)?["spec"]?["leaseTransitions"] == 4)
            #expect(candidate.toldOfLeading == ["leads"])
        }
    }

    @Test("A leader that does not come back is replaced; one that is away for long finds out")
    func goesAway() async throws {
        try await withElection { kubernetes in
            let leader = try Candidate("a", kubernetes, seconds: 9)
            try await leader.waits(for: "leads")
            try await kubernetes.goAway()
            while !leader.told.contains("expired") { try await Task.sleep(for: .milliseconds(5)) }
            #expect(leader.told.contains("failed unreachable"))
            try await kubernetes.comeBack()
            try await leader.waits(for: "leads")
            let standby = try Candidate("b", kubernetes, seconds: 9)
            try await standby.waits(for: "stands by a")
            // As a process that is killed, which gives up nothing.
            await leader.stop()
            try await standby.waits(for: "leads")
            #expect(lease(kubernetes)?["spec"]?["leaseTransitions"] == 5)
            await standby.stop()
        }
    }

    @Test(
        "What another one's clock said decides nothing: its Lease holds as long as it was not seen to change",
        arguments: ["2001-01-01T00:00:00.000000Z", "2101-01-01T00:00:00.000000Z"]
    )
    func clockSkew(renewTime: String) async throws {
        try await withKubernetes { kubernetes in
            kubernetes.put([
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": [
                    "name": "reconcile", "namespace": "authentik", "uid": "u", "resourceVersion": "1",
                ],
                "spec": [
                    "holderIdentity": "gone", "leaseDurationSeconds": 30, "acquireTime": .string(renewTime),
                    "renewTime": .string(renewTime), "leaseTransitions": 0,
                ],
            ])
            // On a busy machine a shorter term is over before the candidate is stopped.
            let candidate = try Candidate("a", kubernetes, seconds: 30)
            try await candidate.waits(for: "leads")
            await candidate.stop()
            #expect(candidate.toldOfLeading.prefix(2) == ["stands by gone", "leads"])
        }
    }

    @Test("Of many that come at once one leads")
    func many() async throws {
        try await withElection { kubernetes in
            let candidates = try (0..<8).map { try Candidate("c\($0)", kubernetes) }
            for candidate in candidates {
                while candidate.told.last.map({ $0 != "leads" && !$0.hasPrefix("stands by c") }) ?? true {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            #expect(candidates.count { $0.told.contains("leads") } == 1)
            for candidate in candidates { await candidate.stop() }
        }
    }

    @Test("A renewal that was stored without an answer is given up, too; somebody else's Lease is not")
    func handOverAfterRenewal() async throws {
        try await withElection { kubernetes in
            for (edit, seconds) in [(LeaseEdit.isLabelled, 1), (.namesAnotherReplica, 60)] {
                let candidate = try Candidate("a", kubernetes, seconds: 60)
                try await candidate.waits(for: "leads")
                await candidate.stop()
                kubernetes.edit(edit, "reconcile", in: "authentik", replica: "b")
                await candidate.election.resign(within: .seconds(60))
                #expect(lease(kubernetes)?["spec"]?["leaseDurationSeconds"]?.integer == seconds)
            }
        }
    }

    @Test("The first one ever makes the Lease for nobody, and takes it once nobody has come for a whole term")
    func first() async throws {
        try await withKubernetes { kubernetes in
            // On a busy machine a shorter term is over before the candidate has resigned.
            let begun = ContinuousClock.now
            let candidate = try Candidate("a", kubernetes, seconds: 20)
            try await candidate.waits(for: "leads")
            #expect(ContinuousClock.now - begun > .seconds(15))
            #expect(candidate.told.contains("waits 20"))
            let made = kubernetes.requests.first { $0.method == "POST" }?.json?["spec"]
            #expect(made == ["leaseDurationSeconds": 20, "leaseTransitions": 0])
            await candidate.stop()
            await candidate.election.resign(within: .seconds(60))
            let next = try Candidate("b", kubernetes, seconds: 60)
            try await next.waits(for: "leads")
            #expect(next.toldOfLeading == ["leads"])
            await next.stop()
        }
    }

    @Test(
        "Whatever is done to the Lease by hand, no other one leads before its leader knows",
        arguments: LeaseEdit.allCases
    )
    func edits(_ edit: LeaseEdit) async throws {
        try await withElection { kubernetes in
            let leader = try Candidate("a", kubernetes, seconds: 60)
            try await leader.waits(for: "leads")
            let standby = try Candidate("b", kubernetes, seconds: 60)
            try await standby.waits(for: "stands by a")
            kubernetes.edit(edit, "reconcile", in: "authentik", replica: "b")
            kubernetes.resetRequests()
            let newcomer = try Candidate("c", kubernetes, seconds: 60)
            if edit.leavesTheHolder {
                try await kubernetes.wait { $0.requests.count { $0.method == "PUT" && $0.status == 200 } >= 2 }
                #expect(leader.toldOfLeading == ["leads"])
                #expect(lease(kubernetes)?["spec"]?["holderIdentity"] == "a")
                #expect(lease(kubernetes)?["spec"]?["leaseDurationSeconds"] == 60)
            } else {
                try await leader.waits(for: "waits 60", "stands by somebody", "stands by b")
                // Neither has taken it, and who led has written nothing into it.
                #expect(kubernetes.requests.allSatisfy { $0.method != "PUT" || $0.status == 409 })
            }
            #expect(!standby.told.contains("leads") && !newcomer.told.contains("leads"))
            for candidate in [leader, standby, newcomer] { await candidate.stop() }
        }
    }

    @Test("A leader that finds its Lease changed, and cannot see how, stops at once")
    func unseen() async throws {
        try await withElection { kubernetes in
            let leader = try Candidate("a", kubernetes, seconds: 60)
            try await leader.waits(for: "leads")
            // It may renew, and not read.
            kubernetes.rules = [
                AccessRule(
                    verbs: ["update"],
                    groups: ["coordination.k8s.io"],
                    resources: ["leases"],
                    namespace: "authentik"
                )
            ]
            kubernetes.edit(.isLabelled, "reconcile", in: "authentik")
            try await leader.waits(for: "failed forbidden")
            // On a busy machine a request before that may have run out of time.
            #expect(leader.told.drop { $0 != "leads" } == ["leads", "lost", "failed forbidden"])
            await leader.stop()
            // Nor does it give up what it does not lead by.
            kubernetes.resetRequests()
            await leader.election.resign(within: .seconds(60))
            #expect(kubernetes.requests.isEmpty)
        }
    }

    @Test("Other fields of the Lease, and what somebody noted on it, stay")
    func keepsOthers() async throws {
        try await withKubernetes { kubernetes in
            kubernetes.put([
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": [
                    "name": "reconcile", "namespace": "authentik", "uid": "u", "resourceVersion": "1",
                    "labels": ["team": "identity"],
                ],
                "spec": ["leaseTransitions": 4],
            ])
            let candidate = try Candidate("a", kubernetes, seconds: 1)
            try await candidate.waits(for: "leads")
            await candidate.stop()
            #expect(lease(kubernetes)?["metadata"]?["labels"] == ["team": "identity"])
            #expect(lease(kubernetes)?["spec"]?["leaseTransitions"] == 5)
        }
    }

    @Test("What is not allowed is named, and what would grant it")
    func forbidden() async throws {
        try await withKubernetes { kubernetes in
            kubernetes.rules = []
            let client = try makeClient(
                try #require(
                    try KubernetesConfiguration.find(environment: ["KUBECONFIG": try kubernetes.writeKubeconfig()])
                )
            )
            let get = try await failure { try await client.lease(Self.name, within: .seconds(60)) }
            #expect(
                get.permission?.description == """
                    needs 'get' on leases.coordination.k8s.io 'reconcile' in namespace 'authentik', which a Role there \
                    grants with the rule {apiGroups: ["coordination.k8s.io"], resources: [leases], \
                    resourceNames: [reconcile], verbs: [get, update]}
                    """
            )
            let json = Lease.vacant(Self.name, seconds: 15)
            let create = try await failure { try await client.createLease(Self.name, json, within: .seconds(60)) }
            #expect(
                create.permission?.description == """
                    needs 'create' on leases.coordination.k8s.io 'reconcile' in namespace 'authentik', which a Role \
                    there grants with the rule {apiGroups: ["coordination.k8s.io"], resources: [leases], \
                    verbs: [create]}
                    """
            )
        }
    }

    @Test(
        "A time has six digits after its point, always",
        arguments: [(0.0, "1970-01-01T00:00:00.000000Z"), (1_764_000_000.000_5, "2025-11-24T16:00:00.000500Z")]
    )
    func times(seconds: Double, text: String) {
        #expect(microTime(Date(timeIntervalSince1970: seconds)) == text)
    }
}
