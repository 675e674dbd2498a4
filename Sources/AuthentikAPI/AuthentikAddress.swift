import CurlTransport

/// Where an Authentik is: the part of its URLs before `/api/v3/`.
package struct AuthentikAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at the end.
    package let description: String

    /// Takes an address as people write it: with or without a slash at the end, with or without `/api/v3`.
    ///
    /// - Returns: Nil unless it is an `http` or `https` URL with a host and without user, query or fragment.
    package init?(_ text: String) {
        var text = text[...]
        while text.last == "/" { text.removeLast() }
        if text.hasSuffix("/api/v3") { text.removeLast("/api/v3".count) }
        while text.last == "/" { text.removeLast() }
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        guard let first = rest.first, first != "/", first != ":",
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"?#@\\\"<>".utf8.contains($0) })
        else { return nil }
        description = String(text)
    }

    func url(_ endpoint: Endpoint, _ key: String?, _ action: String? = nil, query: [(String, String)]) -> String {
        var url = "\(description)/api/v3/\(endpoint.rawValue)/"
        if let key { url += "\(percentEncoded(key))/" }
        if let action { url += "\(action)/" }
        for (index, (name, value)) in query.enumerated() {
            url += "\(index == 0 ? "?" : "&")\(name)=\(percentEncoded(value))"
        }
        return url
    }
}
