/// What a path leads to.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
enum Target: Equatable, Sendable {
    /// `/version` and the like.
    case other
    /// A resource: all of it, or one object.
    case resource(group: String, version: String, namespace: String?, resource: String, name: String?)
    /// What stands behind an object's name, such as `status`.
    case subresource

    init(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        let group: String
        var rest: ArraySlice<String>
        switch parts.first {
        case "api" where parts.count > 2:
            group = ""
            rest = parts.dropFirst(1)
        case "apis" where parts.count > 3:
            group = parts[1]
            rest = parts.dropFirst(2)
        default:
            self = .other
            return
        }
        let version = rest.removeFirst()
        var namespace: String?
        if rest.first == "namespaces", rest.count > 2 {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        let resource = rest.removeFirst()
        guard rest.count < 2 else {
            self = .subresource
            return
        }
        self = .resource(group: group, version: version, namespace: namespace, resource: resource, name: rest.first)
    }
}
