import FoundationEssentials
import JSON

/// Writes Events about the program's own pod: only a few, and without duplicates.
///
/// | | |
/// |---|---|
/// | a note is repeated within ``memory`` | the Event's series is counted up |
/// | more than ``limit`` new ones within a minute | the rest is left out |
/// | the API rejects one, or does not answer | this is reported once, and nothing is sent for ``pause`` |
///
/// Recording never waits, and nothing depends on an Event.
package actor EventRecorder {
    private static let controller = "reconcile"

    private let client: KubernetesClient
    private let subject: EventSubject
    private let timeLimit: Duration
    private let onFailure: @Sendable (KubernetesError) -> Void
    private let now: @Sendable () -> ContinuousClock.Instant

    /// How long a repeated note counts as the same Event.
    private let memory: Duration = .seconds(3600)
    /// The maximum number of new Events per minute.
    private let limit = 10
    /// How long nothing is sent after a failure.
    private let pause: Duration = .seconds(60)

    private struct Sent {
        /// The name of the Event.
        var name: String
        var count: Int
        var at: ContinuousClock.Instant
    }

    private var sent: [EventNote: Sent] = [:]
    /// When the newest Events were created.
    private var made: [ContinuousClock.Instant] = []
    private var pausedUntil: ContinuousClock.Instant?
    private var lastFailure: KubernetesError?
    private let notes: AsyncStream<EventNote>
    private let continuation: AsyncStream<EventNote>.Continuation

    /// - Parameters:
    ///   - timeLimit: the time limit of one request.
    ///   - onFailure: called for a failure that differs from the previous one.
    package init(
        client: KubernetesClient,
        subject: EventSubject,
        timeLimit: Duration = .seconds(5),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        onFailure: @escaping @Sendable (KubernetesError) -> Void
    ) {
        self.client = client
        self.subject = subject
        self.timeLimit = timeLimit
        self.now = now
        self.onFailure = onFailure
        (notes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(32))
    }

    /// Queues a note; returns at once.
    package nonisolated func tell(_ note: EventNote) { continuation.yield(note) }

    /// Writes the queued notes until the task is cancelled.
    package func run() async {
        for await note in notes { await write(note) }
    }

    func write(_ note: EventNote) async {
        let time = now()
        if let pausedUntil, time < pausedUntil { return }
        sent = sent.filter { time - $0.value.at < memory }
        do {
            if try await countUp(note, time) { return }
            made.removeAll { time - $0 >= .seconds(60) }
            guard made.count < limit else { return }
            made.append(time)
            let name = try await client.createEvent(in: subject.pod.namespace, event(note), within: timeLimit)
            sent[note] = Sent(name: name, count: 1, at: time)
            lastFailure = nil
            pausedUntil = nil
        } catch let error as KubernetesError {
            pausedUntil = now() + pause
            if lastFailure?.kind != error.kind { onFailure(error) }
            lastFailure = error
        } catch {
            // The program is shutting down.
        }
    }

    /// - Returns: whether there is an Event to count up; it may have expired meanwhile.
    private func countUp(_ note: EventNote, _ time: ContinuousClock.Instant) async throws -> Bool {
        guard var known = sent[note] else { return false }
        known.count += 1
        known.at = time
        let series: JSONValue = ["count": .integer(known.count), "lastObservedTime": .string(microTime(.now))]
        let event = ObjectName(namespace: subject.pod.namespace, name: known.name)
        guard try await client.countUpEvent(event, series, within: timeLimit) else { return false }
        sent[note] = known
        return true
    }

    private func event(_ note: EventNote) -> JSONValue {
        var regarding: [String: JSONValue] = [
            "apiVersion": "v1", "kind": "Pod", "name": .string(subject.pod.name),
            "namespace": .string(subject.pod.namespace),
        ]
        if let uid = subject.uid { regarding["uid"] = .string(uid) }
        return [
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": ["generateName": "reconcile-", "namespace": .string(subject.pod.namespace)],
            "eventTime": .string(microTime(.now)),
            "reportingController": .string(Self.controller),
            "reportingInstance": .string(subject.pod.name),
            "action": "Reconcile",
            "reason": .string(note.reason),
            "note": .string(note.shortened),
            "type": note.isWarning ? "Warning" : "Normal",
            "regarding": .object(regarding),
        ]
    }
}

/// The pod that Events are about: the one in which this program runs.
package struct EventSubject: Sendable, Hashable {
    package var pod: ObjectName
    /// Without it, `kubectl describe pod` does not show the Events; `kubectl get events` does.
    package var uid: String?

    package init(pod: ObjectName, uid: String? = nil) {
        self.pod = pod
        self.uid = uid
    }

    /// The downward API's `POD_NAME`, `POD_NAMESPACE` and `POD_UID`
    /// (https://kubernetes.io/docs/concepts/workloads/pods/downward-api/); nil without the first.
    ///
    /// - Parameter namespace: used if there is no `POD_NAMESPACE`.
    package init?(environment: [String: String], namespace: String) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let name = value("POD_NAME") else { return nil }
        pod = ObjectName(namespace: value("POD_NAMESPACE") ?? namespace, name: name)
        uid = value("POD_UID")
    }
}

/// The content of an Event: what `kubectl get events` shows in a line
/// (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/).
package struct EventNote: Sendable, Hashable {
    /// Whether it needs attention.
    package var isWarning: Bool
    /// A word for machines, in camel case: `ServicesChanged`.
    package var reason: String
    /// A sentence; truncated to the maximum length of an Event's note.
    package var note: String

    package init(isWarning: Bool, reason: String, note: String) {
        self.isWarning = isWarning
        self.reason = reason
        self.note = note
    }

    /// The maximum length of an Event's note.
    static let maximumBytes = 1024

    /// The note, truncated between two characters if it is too long.
    var shortened: String {
        guard note.utf8.count > Self.maximumBytes else { return note }
        var text = ""
        var bytes = "…".utf8.count
        for character in note {
            bytes += character.utf8.count
            guard bytes <= Self.maximumBytes else { break }
            text.append(character)
        }
        return text + "…"
    }
}

extension KubernetesClient {
    /// Creates an Event, once.
    ///
    /// - Returns: its name.
    /// - Throws: ``KubernetesError`` or `CancellationError`.
    func createEvent(in namespace: String, _ json: JSONValue, within time: Duration) async throws -> String {
        var request = KubernetesRequest(
            verb: .create,
            resource: .events,
            object: ObjectName(namespace: namespace, name: "")
        )
        request.body = KubernetesBody(kind: .object, json: json)
        request.timeLimit = time
        let answer = try await send(request)
        return try decoding(request) { () throws(Malformed) in
            guard let name = answer["metadata"]?["name"]?.string else { throw Malformed("the Event has no name") }
            return name
        }
    }

    /// Turns an Event into a series, or counts it up, once.
    ///
    /// - Returns: false if the Event no longer exists.
    /// - Throws: ``KubernetesError`` or `CancellationError`.
    func countUpEvent(_ event: ObjectName, _ series: JSONValue, within time: Duration) async throws -> Bool {
        var request = KubernetesRequest(verb: .patch, resource: .events, object: event)
        request.body = KubernetesBody(kind: .mergePatch, json: ["series": series])
        request.timeLimit = time
        do {
            _ = try await send(request)
            return true
        } catch let error as KubernetesError where error.kind == .notFound {
            return false
        }
    }
}
