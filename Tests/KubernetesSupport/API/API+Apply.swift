import JSON

extension API {
    /// Server-side apply.
    ///
    /// https://kubernetes.io/docs/reference/using-api/server-side-apply/
    func apply(_ key: ObjectKey, _ request: Access, _ cluster: inout Cluster) throws(StatusFailure) -> APIReply {
        guard let manager = call.query["fieldManager"], !manager.isEmpty else {
            throw .invalid(
                "PatchOptions.meta.k8s.io",
                "",
                details: StatusFailure.details(name: "", group: "meta.k8s.io", kind: "PatchOptions"),
                "FieldValueRequired",
                "Required value: is required for apply patch",
                field: "fieldManager"
            )
        }
        let body = try call.json()
        guard body["apiVersion"]?.string == key.kind.apiVersion, body["kind"]?.string == key.kind.kind else {
            throw .badRequest("invalid object type: an apply needs the apiVersion and kind of what it changes")
        }
        guard body.at(["metadata", "managedFields"]) == nil else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        try ObjectChecks(key: key).check(sent: body)
        let live = cluster.objects[key]
        if live == nil {
            // To make what is not there needs the right to do so.
            let creation = Access(
                verb: "create",
                group: request.group,
                resource: request.resource,
                namespace: request.namespace,
                name: request.name
            )
            try access.check(creation, by: user)
        }
        try requireSameObject(body, live, key)
        let now = Moment.now
        let management = FieldManagement(manager: manager, apiVersion: key.kind.apiVersion, now: now)
        let merged: JSONValue
        do {
            let isForced = ["true", "1"].contains(call.query["force"])
            merged = try management.apply(body, to: live, isForced: isForced)
        } catch {
            throw .conflict(error.all)
        }
        let complete = ObjectDefaults.complete(merged, key, over: live, now: now)
        try ObjectChecks(key: key).check(complete)
        return .json(live == nil ? 201 : 200, keep(complete, at: key, &cluster))
    }
}
