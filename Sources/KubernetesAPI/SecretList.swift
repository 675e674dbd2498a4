import JSON

/// A list of the one Secret of a name.
struct SecretList: Sendable {
    /// Of the list: where a watch goes on from.
    var resourceVersion: String
    var secret: KubernetesSecret?

    init(_ json: JSONValue, _ object: ObjectName) throws(Malformed) {
        guard let resourceVersion = json["metadata"]?["resourceVersion"]?.string, let items = json["items"] else {
            throw Malformed("it is no list with a metadata.resourceVersion and items")
        }
        self.resourceVersion = resourceVersion
        // `items` is null where a list is empty, in some releases.
        let item = items.array?.first { $0["metadata"]?["name"]?.string == object.name }
        if let item { secret = try KubernetesSecret(item) }
    }
}
