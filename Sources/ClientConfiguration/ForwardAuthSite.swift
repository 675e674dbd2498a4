import Kinds

/// A service protected by an outpost, from the point of view of its reverse proxy.
struct ForwardAuthSite: Equatable {
    var slug: String
    var mode: ProxyProvider.Mode
    /// Where users reach the service; with `domain`, where they reach the outpost to log in.
    var external: HTTPOrigin
    /// With `domain`: the common suffix of the applications' hosts.
    var cookieDomain: String?
    /// Where the reverse proxy reaches the outpost.
    var outpost: HTTPOrigin
    /// Where the reverse proxy reaches the service; nil if unknown.
    var upstream: HTTPOrigin?
    /// Whether the outpost sends the application an `Authorization` header of its own.
    var sendsBasicAuth = false

    /// Whether the address has to be checked by the user before the output is used.
    var upstreamIsGuessed: Bool { upstream == nil }

    /// The address of the service, or an obvious placeholder.
    var service: HTTPOrigin { upstream ?? HTTPOrigin(scheme: "http", host: "127.0.0.1", port: 8080) }

    /// The slug as a valid name of a Kubernetes object, including a Service (RFC 1035): letters, digits and '-',
    /// starting with a letter, with room for a suffix.
    var objectName: String {
        let isEnd = { (character: Character) in character == "-" }
        let plain = slug.lowercased().replacing("_", with: "-").drop(while: isEnd)
        let named = plain.first?.isLetter == true ? String(plain) : "app-\(plain)"
        let cut = named.prefix(50)
        return String(cut.prefix(cut.count - cut.reversed().prefix(while: isEnd).count))
    }

    /// The server name to match: a host, or every host of the domain.
    var serverName: String { mode == .domain ? "*.\(cookieDomain ?? external.host)" : external.host }
}

/// Scheme, host and port of an `http` or `https` URL, in characters that never need quoting.
struct HTTPOrigin: Equatable, CustomStringConvertible {
    var scheme: String
    /// In brackets if it is an IPv6 address.
    var host: String
    /// Nil for the scheme's default.
    var port: Int?

    init(scheme: String, host: String, port: Int? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port == Self.standardPort(of: scheme) ? nil : port
    }

    /// Parses a URL without a user; what follows the host is ignored.
    init?(_ url: String) {
        guard let scheme = ["http", "https"].first(where: { url.lowercased().hasPrefix("\($0)://") }) else {
            return nil
        }
        let authority = url.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
        let isBracketed = authority.hasPrefix("[")
        let end =
            isBracketed
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) } : authority.firstIndex(of: ":")
        guard end != nil || !isBracketed else { return nil }
        let host = authority[..<(end ?? authority.endIndex)]
        let rest = authority[host.endIndex...]
        let isPlain = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: isBracketed && "[]:".utf8.contains(byte)
            }
        }
        guard !host.isEmpty, isPlain else { return nil }
        var port: Int?
        if !rest.isEmpty {
            guard rest.first == ":", let number = Int(rest.dropFirst()), (1...65535).contains(number) else {
                return nil
            }
            port = number
        }
        self.init(scheme: scheme, host: host.lowercased(), port: port)
    }

    /// `https://trivy.example.net:8448`, as browsers write it.
    var description: String { "\(scheme)://\(authority)" }

    /// As in a `Host` header: `trivy.example.net:8448`.
    var authority: String { host + (port.map { ":\($0)" } ?? "") }

    var isSecure: Bool { scheme == "https" }

    var effectivePort: Int { port ?? Self.standardPort(of: scheme) }

    private static func standardPort(of scheme: String) -> Int { scheme == "https" ? 443 : 80 }
}
