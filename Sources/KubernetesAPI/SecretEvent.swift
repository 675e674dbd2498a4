import JSON

/// One line of a watch (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
enum SecretEvent: Sendable {
    /// `ADDED` or `MODIFIED`.
    case present(KubernetesSecret)
    case deleted(resourceVersion: String)
    /// Nothing changed up to here.
    case bookmark(resourceVersion: String)
    /// `ERROR`, with its `Status`.
    case failed(code: Int, status: JSONValue)
    /// Of a type that came later than this program.
    case unknown

    init(line: some Collection<UInt8>) throws(Malformed) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: line)
        } catch {
            throw Malformed("an event is no JSON")
        }
        guard let type = json["type"]?.string, let object = json["object"] else {
            throw Malformed("an event has no type or no object")
        }
        switch type {
        case "ADDED", "MODIFIED": self = .present(try KubernetesSecret(object))
        case "DELETED": self = .deleted(resourceVersion: try Self.resourceVersion(of: object))
        case "BOOKMARK": self = .bookmark(resourceVersion: try Self.resourceVersion(of: object))
        case "ERROR": self = .failed(code: object["code"]?.integer ?? 500, status: object)
        default: self = .unknown
        }
    }

    private static func resourceVersion(of object: JSONValue) throws(Malformed) -> String {
        guard let resourceVersion = object["metadata"]?["resourceVersion"]?.string else {
            throw Malformed("an event has no metadata.resourceVersion")
        }
        return resourceVersion
    }
}
