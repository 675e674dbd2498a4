import JSON

/// Answers requests from the objects of a cluster.
struct API {
    let call: APICall
    let user: User
    let access: AccessTable

    func answer(_ cluster: inout Cluster) throws(StatusFailure) -> APIReply {
        switch call.target {
        case .other: return try answerOther()
        case .subresource: throw .notInStandIn("a subresource")
        case .resource(let group, let version, let namespace, let resource, let name):
            let selected = name == nil && call.method == "GET" ? try call.selectedName() : nil
            let request = Access(
                verb: try verb(hasName: name != nil),
                group: group,
                resource: resource,
                namespace: namespace,
                name: name ?? selected ?? ""
            )
            try access.check(request, by: user)
            guard version == ResourceKind.version else { throw .noSuchResource }
            if resource == "selfsubjectaccessreviews" { return try review() }
            guard let kind = ResourceKind.all.first(where: { $0.group == group && $0.resource == resource }) else {
                throw .noSuchResource
            }
            guard let name else {
                let selection = ObjectSelection(kind: kind, namespace: namespace, name: selected)
                return try answer(request, selection, &cluster)
            }
            guard let namespace else { throw .noSuchResource }
            return try answer(request, ObjectKey(kind: kind, namespace: namespace, name: name), &cluster)
        }
    }

    private func verb(hasName: Bool) throws(StatusFailure) -> String {
        switch call.method {
        case "GET": hasName ? "get" : call.isWatch ? "watch" : "list"
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": hasName ? "delete" : "deletecollection"
        default: throw .methodNotAllowed
        }
    }

    /// A request to a resource as a whole.
    private func answer(
        _ request: Access,
        _ selection: ObjectSelection,
        _ cluster: inout Cluster
    ) throws(StatusFailure) -> APIReply {
        switch request.verb {
        case "list": return list(selection, cluster)
        case "watch": return try watch(selection, &cluster)
        case "create":
            guard let namespace = selection.namespace else { throw .methodNotAllowed }
            return try create(selection.kind, in: namespace, &cluster)
        default: throw .methodNotAllowed
        }
    }

    /// A request to one object.
    private func answer(_ request: Access, _ key: ObjectKey, _ cluster: inout Cluster) throws(StatusFailure) -> APIReply
    {
        switch request.verb {
        case "get":
            guard let object = cluster.objects[key] else { throw .notFound(key) }
            return .json(200, object)
        case "update": return try replace(key, request, &cluster)
        case "patch": return try patch(key, request, &cluster)
        case "delete": return try delete(key, &cluster)
        default: throw .methodNotAllowed
        }
    }

    /// A path that is no resource; these are for everybody.
    private func answerOther() throws(StatusFailure) -> APIReply {
        switch (call.method, call.path) {
        case ("GET", "/version"): return .json(200, Self.version)
        case ("GET", "/readyz"), ("GET", "/livez"), ("GET", "/healthz"): return .text(200, "ok")
        default: throw .forbidden(path: call.path, verb: call.method.lowercased(), user)
        }
    }

    private static let version: JSONValue = [
        "major": "1",
        "minor": "36",
        "emulationMajor": "1",
        "emulationMinor": "36",
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35",
        "gitVersion": "v1.36.2",
        "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
        "gitTreeState": "clean",
        "buildDate": "2026-08-21T11:29:11Z",
        "goVersion": "go1.26.11",
        "compiler": "gc",
        "platform": "linux/amd64",
    ]
}
