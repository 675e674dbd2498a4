import CurlTransport
import Glibc

/// The base URL of an Authentik: the part of its URLs before `/api/v3/`.
package struct AuthentikAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without a trailing slash.
    package let description: String

    /// Accepts an address with or without a trailing slash or `/api/v3`.
    ///
    /// - Returns: nil unless it is an `http` or `https` URL with a host and without user, query or fragment.
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

    /// Why a text is not an address, to be put after the name of the setting.
    ///
    /// It quotes nothing of the text, which may contain a password.
    package static func complaint(about text: String) -> String? {
        guard AuthentikAddress(text) == nil else { return nil }
        guard ["http://", "https://"].contains(where: { text.lowercased().hasPrefix($0) }) else {
            return text.contains("://")
                ? "must begin with https:// or http://" : "has no scheme; write https:// or http:// before it"
        }
        let authority = text.drop { $0 != "/" }.dropFirst(2).prefix { !"/?#".contains($0) }
        if authority.isEmpty || authority.first == ":" { return "has no host" }
        if authority.contains("@") { return "contains a user name; Authentik accepts only a token" }
        if text.contains(where: { "?#".contains($0) }) { return "has a query or fragment; remove it" }
        return "contains a character that is not allowed in a URL"
    }

    /// Whether it is accessed without TLS.
    package var isPlain: Bool { description.lowercased().hasPrefix("http://") }

    /// Whether requests to it stay on this machine.
    package var isLoopback: Bool {
        let authority = description.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "/" }
        if authority.first == "[" {
            var bytes = in6_addr()
            guard inet_pton(AF_INET6, String(authority.dropFirst().prefix { $0 != "]" }), &bytes) == 1 else {
                return false
            }
            let octets = withUnsafeBytes(of: bytes) { Array($0) }
            let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF, 127]
            return octets == Array(repeating: 0, count: 15) + [1] || octets.starts(with: mapped)
        }
        let host = authority.prefix { $0 != ":" }.lowercased()
        var address = in_addr()
        if inet_pton(AF_INET, host, &address) == 1 { return UInt32(bigEndian: address.s_addr) >> 24 == 127 }
        return host == "localhost" || host.hasSuffix(".localhost")
    }

    func url(_ endpoint: Endpoint, _ key: String?, _ action: String? = nil, query: [(String, String)]) -> String {
        var url = "\(description)/\(endpoint.base)/\(endpoint.path)/"
        if let key { url += "\(percentEncoded(key))/" }
        if let action { url += "\(action)/" }
        for (index, (name, value)) in query.enumerated() {
            url += "\(index == 0 ? "?" : "&")\(name)=\(percentEncoded(value))"
        }
        return url
    }
}
