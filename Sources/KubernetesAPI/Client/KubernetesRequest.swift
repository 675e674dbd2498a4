import Base
import CurlTransport
import JSON
import Secrets

/// A request for objects in a namespace.
struct KubernetesRequest: Sendable {
    /// The verbs of a Role; `list` and `watch` are for one object by name, which `resourceNames` in a Role allows.
    enum Verb: String, Sendable {
        case get, list, watch, create, update, patch
    }

    var verb: Verb
    var resource = KubernetesResource.secrets
    /// For a `create`, the name can be empty: the server generates one.
    var object: ObjectName
    /// In addition to what the verb needs.
    var query: [(String, String)] = []
    var body: KubernetesBody?
    /// The parts of the body that must not be repeated.
    var secrets: [Secret] = []
    /// From the start to the last byte of the answer; nil means the transport's own limit.
    var timeLimit: Duration?
    /// The leader's term within which it must be sent; nil for none.
    var term: WriteTerm?

    func within(_ term: WriteTerm?) -> KubernetesRequest {
        var request = self
        request.term = term
        return request
    }

    func url(at server: String) -> String {
        var url = path(at: server)
        var query = query
        if verb == .list || verb == .watch { query.insert(("fieldSelector", "metadata.name=\(object.name)"), at: 0) }
        if verb == .watch { query.insert(("watch", "true"), at: 0) }
        for (index, (name, value)) in query.enumerated() {
            url += "\(index == 0 ? "?" : "&")\(name)=\(percentEncoded(value))"
        }
        return url
    }

    /// Method and URL without the query.
    func description(at server: String) -> String { "\(method) \(path(at: server))" }

    var method: String {
        switch verb {
        case .get, .list, .watch: "GET"
        case .create: "POST"
        case .update: "PUT"
        case .patch: "PATCH"
        }
    }

    /// Whether the server may get it twice at the same time.
    ///
    /// A patch describes a target state. An update names the version that it replaces, so the second one would be
    /// rejected, hiding that the first succeeded.
    var mayBeDoubled: Bool { [.get, .list, .patch].contains(verb) }

    var permission: MissingPermission {
        MissingPermission(verb: verb.rawValue, resource: resource, object: object)
    }

    private func path(at server: String) -> String {
        let list = server + resource.path(namespace: object.namespace)
        return switch verb {
        case .get, .update, .patch: "\(list)/\(percentEncoded(object.name))"
        case .list, .watch, .create: list
        }
    }
}

/// What a request sends, which may hold a secret.
struct KubernetesBody: Sendable {
    /// The type of a body, which determines what the server does with it
    /// (https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply).
    enum Kind: String, Sendable {
        /// A whole object.
        case object = "application/json"
        case mergePatch = "application/merge-patch+json"
        case strategicMergePatch = "application/strategic-merge-patch+json"
        /// The fields that the field manager wants; JSON is also YAML.
        case apply = "application/apply-patch+yaml"
    }

    var kind: Kind
    var json: JSONValue
}
