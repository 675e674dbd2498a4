import FoundationEssentials
import JSON

extension API {
    func create(_ kind: ResourceKind, in namespace: String, _ cluster: inout Cluster) throws(StatusFailure) -> APIReply
    {
        try requireJSON()
        let body = try call.json()
        var name = body.at(["metadata", "name"])?.string ?? ""
        if name.isEmpty, let prefix = body.at(["metadata", "generateName"])?.string, !prefix.isEmpty {
            name = prefix + ObjectDefaults.randomSuffix()
        }
        let key = ObjectKey(kind: kind, namespace: namespace, name: name)
        try ObjectChecks(key: key).check(sent: body)
        guard !name.isEmpty else {
            throw .invalid(
                key,
                "FieldValueRequired",
                "Required value: name or generateName is required",
                field: "metadata.name"
            )
        }
        guard cluster.objects[key] == nil else { throw .alreadyExists(key) }
        guard body.at(["metadata", "resourceVersion"]) == nil else {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        return .json(201, try store(body, at: key, over: nil, &cluster))
    }

    func replace(_ key: ObjectKey, _ request: Access, _ cluster: inout Cluster) throws(StatusFailure) -> APIReply {
        try requireJSON()
        let body = try call.json()
        try ObjectChecks(key: key).check(sent: body)
        guard let live = cluster.objects[key] else {
            guard key.kind.allowsCreateOnUpdate else { throw .notFound(key) }
            try requireSameObject(body, nil, key)
            let new = body.setting(["metadata", "resourceVersion"], nil)
            return .json(201, try store(new, at: key, over: nil, &cluster))
        }
        if (body.at(["metadata", "resourceVersion"])?.string ?? "").isEmpty, !key.kind.allowsUnconditionalUpdate {
            throw .invalid(
                key.kind.qualifiedResource,
                key.name,
                details: key.details,
                "FieldValueInvalid",
                "Invalid value: 0: must be specified for an update",
                field: "metadata.resourceVersion"
            )
        }
        try requireSameObject(body, live, key)
        return .json(200, try store(body, at: key, over: live, &cluster))
    }

    func patch(_ key: ObjectKey, _ request: Access, _ cluster: inout Cluster) throws(StatusFailure) -> APIReply {
        let mergesLists: Bool
        switch call.mediaType {
        case "application/apply-patch+yaml": return try apply(key, request, &cluster)
        case "application/strategic-merge-patch+json": mergesLists = true
        case "application/merge-patch+json": mergesLists = false
        case "application/json-patch+json": throw .notInStandIn("a JSON patch")
        default: throw .unsupportedMediaType
        }
        let body = try call.json()
        guard let live = cluster.objects[key] else { throw .notFound(key) }
        try requireSameObject(body, live, key)
        return .json(200, try store(live.merging(body, mergesLists: mergesLists), at: key, over: live, &cluster))
    }

    func delete(_ key: ObjectKey, _ cluster: inout Cluster) throws(StatusFailure) -> APIReply {
        guard let live = cluster.objects[key] else { throw .notFound(key) }
        if !call.isDryRun { cluster.delete(key) }
        return .json(
            200,
            [
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": [:],
                "status": "Success",
                "details": key.details.setting(["uid"], live.at(["metadata", "uid"])),
            ]
        )
    }

    /// Stores what was written other than by apply.
    private func store(
        _ object: JSONValue,
        at key: ObjectKey,
        over live: JSONValue?,
        _ cluster: inout Cluster
    ) throws(StatusFailure) -> JSONValue {
        let now = Moment.now
        let complete = ObjectDefaults.complete(object, key, over: live, now: now)
        try ObjectChecks(key: key).check(complete)
        let management = FieldManagement(manager: call.fieldManager, apiVersion: key.kind.apiVersion, now: now)
        return keep(management.update(live, to: complete), at: key, &cluster)
    }

    /// Stores an object, unless it is a trial.
    func keep(_ object: JSONValue, at key: ObjectKey, _ cluster: inout Cluster) -> JSONValue {
        call.isDryRun ? object : cluster.store(object, at: key)
    }

    private func requireJSON() throws(StatusFailure) {
        guard ["application/json", ""].contains(call.mediaType) else {
            let known = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
            throw StatusFailure(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                    + known.joined(separator: ", ")
            )
        }
    }

    /// Optimistic locking: what is written must be the object, and the version, that it was read as.
    func requireSameObject(_ sent: JSONValue, _ live: JSONValue?, _ key: ObjectKey) throws(StatusFailure) {
        let version = sent.at(["metadata", "resourceVersion"])?.string ?? ""
        if let live, !version.isEmpty, version != live.at(["metadata", "resourceVersion"])?.string {
            throw .conflict(key)
        }
        let uid = sent.at(["metadata", "uid"])?.string ?? ""
        let liveUID = live?.at(["metadata", "uid"])?.string ?? ""
        if !uid.isEmpty, uid != liveUID {
            throw .conflict(key, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(liveUID)")
        }
    }
}
