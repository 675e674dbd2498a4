import JSON

extension KubernetesClient {
    /// Reads a Lease, once; nil if there is none.
    ///
    /// - Throws: ``KubernetesError`` or `CancellationError`.
    func lease(_ name: ObjectName, within time: Duration) async throws -> Lease? {
        do {
            return try await lease(.get, name, nil, within: time)
        } catch let error as KubernetesError where error.kind == .notFound {
            return nil
        }
    }

    /// Makes a Lease.
    ///
    /// - Throws: ``KubernetesError``, of the kind `conflict` if somebody was first; or `CancellationError`.
    func createLease(_ name: ObjectName, _ json: JSONValue, within time: Duration) async throws -> Lease {
        try await lease(.create, name, json, within: time)
    }

    /// Replaces a Lease, if it is still of the resourceVersion that is sent.
    ///
    /// - Throws: ``KubernetesError``, of the kind `conflict` if it is not; or `CancellationError`.
    func updateLease(_ name: ObjectName, _ json: JSONValue, within time: Duration) async throws -> Lease {
        try await lease(.update, name, json, within: time)
    }

    private func lease(
        _ verb: KubernetesRequest.Verb,
        _ name: ObjectName,
        _ json: JSONValue?,
        within time: Duration
    ) async throws -> Lease {
        var request = KubernetesRequest(verb: verb, resource: .leases, object: name)
        request.body = json.map { KubernetesBody(kind: .object, json: $0) }
        request.timeLimit = time
        let answer = try await send(request)
        return try decoding(request) { () throws(Malformed) in try Lease(answer) }
    }
}
