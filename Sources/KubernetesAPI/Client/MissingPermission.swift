import JSON

/// A permission that an account lacks, and what would grant it
/// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
package struct MissingPermission: Sendable, Hashable {
    /// The verb as in a Role: `get`, `patch`.
    package var verb: String
    package var resource: KubernetesResource
    /// The name is empty if it concerns no particular object.
    package var object: ObjectName

    package init(verb: String, resource: KubernetesResource, object: ObjectName) {
        self.verb = verb
        self.resource = resource
        self.object = object
    }
}

extension MissingPermission: CustomStringConvertible {
    /// A clause that names the permission and a rule for a Role.
    package var description: String {
        let names = isByName ? "resourceNames: [\(object.name)], " : ""
        return "needs '\(verb)' on \(resource)\(object.name.isEmpty ? "" : " '\(object.name)'") in namespace "
            + "'\(object.namespace)', which a Role there grants with the rule {apiGroups: [\"\(resource.group)\"], "
            + "resources: [\(resource.name)], \(names)verbs: [\(verbs.joined(separator: ", "))]}"
    }

    /// A Role cannot restrict creation by name, unless by server-side apply, which is a `patch`
    /// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources).
    private var isByName: Bool { verb != "create" && !object.name.isEmpty }

    /// All verbs that the program uses for such an object, so that one rule is enough.
    private var verbs: [String] {
        switch resource {
        case .secrets where ["get", "list", "watch"].contains(verb): ["get", "list", "watch"]
        case .secrets, .configMaps: ["get", "create", "patch"]
        case .leases where verb != "create": ["get", "update"]
        case .events: ["create", "patch"]
        default: [verb]
        }
    }
}

extension KubernetesClient {
    /// Asks the server whether this account has a permission.
    ///
    /// - Parameter object: the name is empty for no particular object.
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
        // It creates nothing, so it can be repeated.
        let answer = try await retrying { [request] in try await send(request) }
        return try decoding(request) { () throws(Malformed) in
            guard let isAllowed = answer["status"]?["allowed"]?.bool else {
                throw Malformed("it has no status.allowed")
            }
            return isAllowed
        }
    }
}
