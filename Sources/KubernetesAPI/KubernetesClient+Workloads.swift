import JSON

extension KubernetesClient {
    /// Who changes objects by this client, as their `managedFields` say.
    static let fieldManager = "reconcile"

    /// Restarts what runs the pods of a Deployment, StatefulSet or DaemonSet, one after the other as its strategy says:
    /// what `kubectl rollout restart` does.
    ///
    /// The same time again changes nothing, so it is retried like a read.
    ///
    /// - Parameter time: RFC 3339, in UTC and whole seconds.
    /// - Throws: ``KubernetesError``, what ``admission`` throws, or `CancellationError`.
    package func restart(_ resource: KubernetesResource, _ object: ObjectName, at time: String) async throws {
        let request = KubernetesRequest(
            verb: .patch,
            resource: resource,
            object: object,
            query: [("fieldManager", Self.fieldManager)],
            body: KubernetesBody(
                kind: .strategicMergePatch,
                json: [
                    "spec": [
                        "template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string(time)]]]
                    ]
                ]
            )
        )
        _ = try await retrying { try await admission { try await send(request.within($0)) } }
    }
}
