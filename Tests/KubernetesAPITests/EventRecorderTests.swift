import JSON
import KubernetesSupport
import Synchronization
import Testing

@testable import KubernetesAPI

@Suite("KubernetesAPI: telling by Events", .timeLimit(.minutes(60)))
struct EventRecorderTests {
    private static let subject = EventSubject(pod: ObjectName(namespace: "authentik", name: "reconcile-0"), uid: "u-1")
    private static let changed = EventNote(isWarning: false, reason: "ServicesChanged", note: "grafana: update")

    /// A time that stands still until it is moved, and the failures that were told.
    private final class Surroundings: Sendable {
        let time = Mutex(ContinuousClock.now)
        let failures = Mutex<[KubernetesError.Kind]>([])
    }

    private func withRecorder(
        _ body: (EventRecorder, KubernetesStandIn, Surroundings) async throws -> Void
    ) async throws {
        try await withKubernetes { kubernetes in
            let path = try kubernetes.writeKubeconfig()
            let configuration = try #require(try KubernetesConfiguration.find(environment: ["KUBECONFIG": path]))
            let surroundings = Surroundings()
            let recorder = EventRecorder(
                client: try makeClient(configuration),
                subject: Self.subject,
                timeLimit: .seconds(60),
                now: { surroundings.time.withLock { $0 } },
                onFailure: { error in surroundings.failures.withLock { $0.append(error.kind) } }
            )
            let work = Task { await recorder.run() }
            try await body(recorder, kubernetes, surroundings)
            work.cancel()
            await work.value
        }
    }

    private func events(_ kubernetes: KubernetesStandIn) -> [JSONValue] {
        kubernetes.objects("events", in: "authentik")
    }

    @Test("An Event is about the pod, and the same again is counted")
    func series() async throws {
        try await withRecorder { recorder, kubernetes, _ in
            recorder.tell(Self.changed)
            try await kubernetes.wait { events($0).count == 1 }
            let event = try #require(events(kubernetes).first)
            #expect(event["regarding"]?["name"] == "reconcile-0")
            #expect(event["regarding"]?["uid"] == "u-1")
            #expect(event["reason"] == "ServicesChanged")
            #expect(event["note"] == "grafana: update")
            #expect(event["type"] == "Normal")
            #expect(event["series"] == nil)
            recorder.tell(Self.changed)
            recorder.tell(Self.changed)
            try await kubernetes.wait { events($0).first?["series"]?["count"] == 3 }
            #expect(events(kubernetes).count == 1)
        }
    }

    @Test("More than a few in a minute are left out, and later ones are told again")
    func limit() async throws {
        try await withRecorder { recorder, kubernetes, surroundings in
            for number in 0..<15 {
                await recorder.write(EventNote(isWarning: true, reason: "ServicesNotInSync", note: "number \(number)"))
            }
            #expect(events(kubernetes).count == 10)
            surroundings.time.withLock { $0 += .seconds(61) }
            await recorder.write(EventNote(isWarning: true, reason: "ServicesNotInSync", note: "last"))
            #expect(events(kubernetes).count == 11)
        }
    }

    @Test("What is refused is said once, and tried again after a while")
    func refused() async throws {
        try await withRecorder { recorder, kubernetes, surroundings in
            kubernetes.rules = []
            await recorder.write(Self.changed)
            await recorder.write(EventNote(isWarning: true, reason: "DeletionsHeld", note: "one"))
            surroundings.time.withLock { $0 += .seconds(61) }
            await recorder.write(EventNote(isWarning: true, reason: "DeletionsHeld", note: "two"))
            #expect(kubernetes.requests.count == 2)
            #expect(surroundings.failures.withLock { $0 } == [.forbidden])
            kubernetes.rules = [.everything]
            surroundings.time.withLock { $0 += .seconds(61) }
            await recorder.write(Self.changed)
            #expect(events(kubernetes).count == 1)
        }
    }

    @Test("What is too long is cut between two characters")
    func long() {
        let note = EventNote(isWarning: false, reason: "R", note: String(repeating: "ü", count: 600))
        #expect(note.shortened == String(repeating: "ü", count: 510) + "…")
        #expect(note.shortened.utf8.count <= 1024)
        #expect(Self.changed.shortened == "grafana: update")
    }

    @Test("The pod is what the downward API says")
    func subject() throws {
        #expect(EventSubject(environment: [:], namespace: "n") == nil)
        #expect(EventSubject(environment: ["POD_NAME": ""], namespace: "n") == nil)
        let bare = try #require(EventSubject(environment: ["POD_NAME": "p"], namespace: "n"))
        #expect(bare == EventSubject(pod: ObjectName(namespace: "n", name: "p")))
        let environment = ["POD_NAME": "p", "POD_NAMESPACE": "m", "POD_UID": "u"]
        let whole = EventSubject(pod: ObjectName(namespace: "m", name: "p"), uid: "u")
        #expect(EventSubject(environment: environment, namespace: "n") == whole)
    }
}
