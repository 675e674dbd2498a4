import Base
import NIOCore

/// Rejects requests that another site's page could make a browser send.
///
/// A page elsewhere can post here, and with DNS rebinding it can also read the answer, under a host name of its own. So
/// a request for a pass must name this server by loopback, an IP address or a configured name, and its `Origin`, if
/// there is one, must be this server; if only this machine reaches the server, this applies to every request. There are
/// no CORS headers: no other origin may read anything.
struct RequestGuard: Sendable {
    private let isLoopback: Bool
    private let hosts: Set<String>

    init(_ settings: StatusServerSettings) {
        isLoopback = settings.address.isLoopback
        hosts = Set(settings.hosts.map { $0.lowercased() })
    }

    /// Why a request is rejected; nil if it is not.
    ///
    /// - Parameters:
    ///   - isWrite: whether it requests a pass.
    ///   - host: the `Host` header.
    ///   - origin: the `Origin` header.
    func refusal(isWrite: Bool, host: String?, origin: String?) -> String? {
        guard isWrite || isLoopback else { return nil }
        guard let host, isOwn(host) else {
            return "the Host '\(host ?? "")' is not allowed; allow it with --allowed-host"
        }
        guard let origin else { return nil }
        guard
            origin.lowercased() == "http://\(host.lowercased())"
                || origin.lowercased() == "https://\(host.lowercased())"
        else { return "the Origin '\(origin)' is not allowed; only this server's own pages may send requests" }
        return nil
    }

    private func isOwn(_ header: String) -> Bool {
        guard let host = HostName(header) else { return false }
        return host.isAddress || host.isLocalhost || hosts.contains(host.name)
    }
}

/// The host for which a request is meant: the `Host` header, without its port (RFC 9110, section 7.2).
struct HostName: Sendable, Equatable {
    /// In lower case; for an IPv6 address, the text between the brackets.
    let name: String
    /// Whether it is an IPv4 address, or an IPv6 address in brackets.
    let isAddress: Bool

    /// Nil unless it is a name or an address, optionally followed by a port.
    init?(_ header: String) {
        guard !header.isEmpty, header.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        let rest: Substring
        if header.hasPrefix("[") {
            guard let end = header.firstIndex(of: "]") else { return nil }
            name = header[..<end].dropFirst().lowercased()
            rest = header[header.index(after: end)...]
            guard SocketAddress.isIPv6(name) else { return nil }
            isAddress = true
        } else {
            name = header.prefix { $0 != ":" }.lowercased()
            rest = header.dropFirst(name.utf8.count)
            guard !name.isEmpty else { return nil }
            isAddress = SocketAddress.isIPv4(name)
        }
        let port = rest.dropFirst()
        guard rest.isEmpty || (rest.first == ":" && port.utf8.allSatisfy(\.isASCIIDigit)) else { return nil }
    }

    /// Whether browsers resolve it to their own machine, regardless of DNS (RFC 6761, section 6.3).
    var isLocalhost: Bool { name == "localhost" || name.hasSuffix(".localhost") }
}

extension SocketAddress {
    fileprivate static func isIPv4(_ text: String) -> Bool {
        if case .v4 = try? SocketAddress(ipAddress: text, port: 0) { true } else { false }
    }

    fileprivate static func isIPv6(_ text: String) -> Bool {
        if case .v6 = try? SocketAddress(ipAddress: text, port: 0) { true } else { false }
    }

    /// Whether it is only reachable from this machine: 127.0.0.0/8, also as an IPv6 address, and ::1.
    var isLoopback: Bool {
        guard let text = ipAddress else { return true }
        return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }
}
