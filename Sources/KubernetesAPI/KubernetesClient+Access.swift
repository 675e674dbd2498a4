import JSON

extension KubernetesClient {
    /// Asks the server whether this account may do something.
    ///
    /// - Parameter object: the name is empty for none in particular.
    /// - Throws: ``KubernetesError`` or `CancellationError`.
    package func mayI(_ verb: String, _ resource: KubernetesResource, _ object: ObjectName) async throws -> Bool {
        var attributes: [String: JSONValue] = [
            "verb": .string(verb), "group": .string(resource.group), "resource": .string(resource.name),
            "namespace": .string(object.namespace),
        ]
        if !object.name.isEmpty { attributes["name"] = .string(object.name) }
        var request = KubernetesRequest(
            verb: .create,
            resource: .selfSubjectAccessReviews,
            object: ObjectName(namespace: "", name: "")
        )
        request.body = KubernetesBody(
            kind: .object,
            json: [
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SelfSubjectAccessReview",
                "spec": ["resourceAttributes": .object(attributes)],
            ]
        )
        // It makes nothing: asking twice does no harm.
        let answer = try await retrying { [request] in try await send(request) }
        return try decoding(request) { () throws(Malformed) in
            guard let isAllowed = answer["status"]?["allowed"]?.bool else {
                throw Malformed("it has no status.allowed")
            }
            return isAllowed
        }
    }
}
