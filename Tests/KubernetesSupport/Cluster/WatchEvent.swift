import JSON

/// One change, as a watch tells it.
struct WatchEvent: Sendable {
    enum Kind: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    let kind: Kind
    let key: ObjectKey
    /// The object after the change; a deleted one as it was, with the version of its deletion.
    let object: JSONValue
    let resourceVersion: Int

    var line: [UInt8] { Self.line(kind.rawValue, object) }

    /// A line of a watch: a JSON document and a line feed.
    static func line(_ type: String, _ object: JSONValue) -> [UInt8] {
        let document: JSONValue = ["type": .string(type), "object": object]
        return document.serialized() + [UInt8(ascii: "\n")]
    }

    /// That the client has seen everything up to a version.
    static func bookmark(_ kind: ResourceKind, _ resourceVersion: Int) -> [UInt8] {
        line(
            "BOOKMARK",
            [
                "kind": .string(kind.kind),
                "apiVersion": .string(kind.apiVersion),
                "metadata": ["resourceVersion": .string(String(resourceVersion))],
            ]
        )
    }
}
