import JSON

extension KubernetesClient {
    /// Makes an Event, once.
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

    /// Makes a series of an Event, or counts it up, once.
    ///
    /// - Returns: false if there is no such Event any more.
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
