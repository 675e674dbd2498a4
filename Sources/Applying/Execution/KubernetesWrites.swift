import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import JSON
import Kinds
import KubernetesAPI
import Planning
import SecretSources
import Secrets

/// Writes to the Kubernetes that client secrets are read from: what uses Authentik is told, and restarted.
struct KubernetesWrites: Sendable {
    /// Nil if none may be asked.
    let kubernetes: KubernetesAccess?
    /// Whether writes may begin.
    let gate: WriteGate

    /// Restarts a workload; the same time again changes nothing.
    ///
    /// - Throws: ``ServiceFailure``, `WritesStopped`, or `CancellationError`.
    func restart(_ workload: Workload, at time: String) async throws {
        try await write("its provider has the new secret, but \(workload) could not be restarted") { client in
            try await client.restart(workload.resource, workload.object, at: time)
        }
    }

    /// Publishes what a service is told; what others own there with another value is never taken from them.
    ///
    /// - Throws: ``ServiceFailure``, `WritesStopped`, or `CancellationError`.
    func publish(_ content: PublishedContent) async throws {
        let keys = content.assignments.map { assignment in
            (assignment.field, assignment.value.secret ?? Secret(assignment.value.json.string ?? ""))
        }
        try await write("\(content.object) could not be published") { client in
            try await client.apply(
                content.object.resource,
                content.object.object,
                data: Dictionary(keys, uniquingKeysWith: { $1 }),
                secretKeys: Set(content.assignments.filter(\.value.isSecret).map(\.field)),
                labels: content.labels
            )
        }
    }

    /// - Parameter complaint: what a failure means, a clause.
    private func write(
        _ complaint: String,
        _ body: @escaping @Sendable (KubernetesClient) async throws -> Void
    ) async throws {
        do {
            guard let kubernetes else { throw KubernetesConfigurationError("no Kubernetes API is available") }
            var client = try kubernetes.client()
            client.admission = { [gate] in try await gate.pass($0) }
            try await client.within(kubernetes.limit) { client in
                do {
                    try await body(client)
                } catch let error as KubernetesError where error.kind == .conflict {
                    // Somebody else made or changed the object at the same moment. What others own is refused again.
                    try await body(client)
                }
            }
        } catch let error as KubernetesError where !Task.isCancelled {
            throw ServiceFailure("\(complaint): \(error)")
        } catch let error as KubernetesConfigurationError {
            throw ServiceFailure("\(complaint): \(error)")
        }
    }
}

/// Gives restarts their times, in whole seconds as `kubectl rollout restart` has them.
struct RestartClock: Sendable {
    var now: @Sendable () -> Date = { .now }

    /// The time of a restart, later than the one before it: two rotations within a second are two restarts.
    ///
    /// - Parameter last: that one's; nil if there was none.
    func time(after last: String?) -> String {
        let now = now()
        // What cannot be read is none of this program's times.
        guard let last = last.flatMap({ try? Self.format.parse($0) }) else { return now.formatted(Self.format) }
        return max(now, last.addingTimeInterval(1)).formatted(Self.format)
    }

    private static let format = Date.ISO8601FormatStyle()
}
