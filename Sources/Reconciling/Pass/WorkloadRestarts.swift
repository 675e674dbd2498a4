import AuthentikAPI
import DesiredState
import KubernetesAPI
import SecretSources

/// Restarts workloads in the Kubernetes that client secrets are read from.
struct WorkloadRestarts: Sendable {
    /// Nil if none may be asked.
    let kubernetes: KubernetesSecrets?
    /// Whether writes may begin.
    let gate: WriteGate

    /// Restarts one; the same time again changes nothing.
    ///
    /// - Throws: ``ServiceFailure``, `WritesStopped`, or `CancellationError`.
    func restart(_ workload: Workload, at time: String) async throws {
        do {
            guard let kubernetes else { throw KubernetesConfigurationError("no Kubernetes is asked here") }
            var client = try kubernetes.client()
            client.admission = { [gate] write in
                try await gate.pass { term in
                    try await write(
                        term.map { LeaseTerm(writesBeginBefore: $0.beginBefore, writesEndBefore: $0.endBefore) }
                    )
                }
            }
            let object = ObjectName(namespace: workload.namespace, name: workload.name)
            try await client.restart(workload.kind.resource, object, at: time)
        } catch let error as KubernetesError where !Task.isCancelled {
            throw failure(workload, error)
        } catch let error as KubernetesConfigurationError {
            throw failure(workload, error)
        }
    }

    private func failure(_ workload: Workload, _ error: any Error) -> ServiceFailure {
        ServiceFailure("its provider has the new secret, but \(workload) could not be restarted: \(error)")
    }
}

extension Workload.Kind {
    fileprivate var resource: KubernetesResource {
        switch self {
        case .deployment: .deployments
        case .statefulSet: .statefulSets
        case .daemonSet: .daemonSets
        }
    }
}
