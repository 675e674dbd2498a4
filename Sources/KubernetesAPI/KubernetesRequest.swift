import CurlTransport

/// One request about the Secrets of a namespace.
struct KubernetesRequest: Sendable {
    /// As a Role names them; `list` and `watch` are of one object by its name, which `resourceNames` in a Role allows.
    enum Verb: String, Sendable {
        case get, list, watch
    }

    var verb: Verb
    var object: ObjectName
    /// Besides what the verb needs.
    var query: [(String, String)] = []

    func url(at server: String) -> String {
        var url = path(at: server)
        var query = query
        if verb != .get { query.insert(("fieldSelector", "metadata.name=\(object.name)"), at: 0) }
        if verb == .watch { query.insert(("watch", "true"), at: 0) }
        for (index, (name, value)) in query.enumerated() {
            url += "\(index == 0 ? "?" : "&")\(name)=\(percentEncoded(value))"
        }
        return url
    }

    /// Method and URL without the query.
    func description(at server: String) -> String { "GET \(path(at: server))" }

    var permission: MissingPermission {
        MissingPermission(verb: verb.rawValue, resource: "secrets", object: object)
    }

    private func path(at server: String) -> String {
        let list = "\(server)/api/v1/namespaces/\(percentEncoded(object.namespace))/secrets"
        return verb == .get ? "\(list)/\(percentEncoded(object.name))" : list
    }
}
