import JSON

extension API {
    func list(_ selection: ObjectSelection, _ cluster: Cluster) -> APIReply {
        // The items say neither kind nor version: the list does.
        let items = cluster.objects(selection).map { $0.setting(["kind"], nil).setting(["apiVersion"], nil) }
        return .json(
            200,
            [
                "kind": .string("\(selection.kind.kind)List"),
                "apiVersion": .string(selection.kind.apiVersion),
                "metadata": ["resourceVersion": .string(String(cluster.resourceVersion))],
                "items": .array(items),
            ]
        )
    }

    /// The changes from a version on.
    ///
    /// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
    func watch(_ selection: ObjectSelection, _ cluster: inout Cluster) throws(StatusFailure) -> APIReply {
        var version: Int?
        if let text = call.query["resourceVersion"], !text.isEmpty {
            guard let number = UInt(text).flatMap({ Int(exactly: $0) }) else {
                let why = "strconv.ParseUint: parsing \"\(text)\": invalid syntax"
                throw StatusFailure(500, nil, "resourceVersion: Invalid value: \"\(text)\": \(why)")
            }
            // Zero means any version.
            version = number == 0 ? nil : number
        }
        if let version, !cluster.remembers(version) {
            let failure = StatusFailure.expired(version: version, now: cluster.resourceVersion)
            return .line(WatchEvent.line("ERROR", failure.json))
        }
        // Without a limit, a live server draws one between half an hour and an hour.
        let timeLimit = call.query["timeoutSeconds"].flatMap { Int($0) } ?? Int.random(in: 1800...3600)
        let allowsBookmarks = ["true", "1"].contains(call.query["allowWatchBookmarks"])
        let watch = cluster.watch(selection, since: version, allowsBookmarks: allowsBookmarks)
        return .watch(number: watch.number, watch.items, timeLimit: .seconds(timeLimit))
    }
}

extension StatusFailure {
    /// The changes since a version are no longer known; as a line of a watch says it.
    static func expired(version: Int, now: Int) -> StatusFailure {
        StatusFailure(410, "Expired", "too old resource version: \(version) (\(now))")
    }

    /// The same, as the answer to a watch.
    static let expired = StatusFailure(410, "Expired", "The resourceVersion for the provided watch is too old.")
}
