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

/// Writes to the Kubernetes cluster that client secrets are read from: publishes values and restarts workloads.
struct KubernetesWrites: Sendable {
    /// Nil if Kubernetes must not be accessed.
    let kubernetes: KubernetesAccess?
    /// Whether writes may begin.
    let gate: WriteGate

    /// Restarts a workload; repeating it with the same time changes nothing.
    ///
    /// - Throws: ``ServiceFailure``, `WritesStopped`, or `CancellationError`.
    func restart(_ workload: Workload, at time: String) async throws {
        try await write("its provider has the new secret, but \(workload) could not be restarted") { client in
            try await client.restart(workload.resource, workload.object, at: time)
        }
    }

    /// Publishes values of a service; fields that others own with another value are never taken from them.
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

    /// - Parameter complaint: what a failure means, as a clause.
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
                    // Somebody else created or changed the object at the same moment. If they own the fields, this is
                    // refused again.
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

/// Provides the times of restarts, in whole seconds like `kubectl rollout restart`.
struct RestartClock: Sendable {
    var now: @Sendable () -> Date = { .now }

    /// The time of a restart, later than the previous one: two rotations within a second are two restarts.
    ///
    /// - Parameter last: the time of the previous restart; nil if there was none.
    func time(after last: String?) -> String {
        let now = now()
        // An unreadable time was not written by this program.
        guard let last = last.flatMap({ try? Self.format.parse($0) }) else { return now.formatted(Self.format) }
        return max(now, last.addingTimeInterval(1)).formatted(Self.format)
    }

    private static let format = Date.ISO8601FormatStyle()
}
