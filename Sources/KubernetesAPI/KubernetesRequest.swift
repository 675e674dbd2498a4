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

/// RFC 3986, section 2.1: everything but unreserved characters.
private func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return result
}
