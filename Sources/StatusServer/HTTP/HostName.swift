import Base
import NIOCore

/// How a request names the server that it is for: the `Host` header, without its port (RFC 9110, section 7.2).
struct HostName: Sendable, Equatable {
    /// In small letters; of an IPv6 address what is between the brackets.
    let name: String
    /// Whether it is an IPv4 address, or an IPv6 address in brackets.
    let isAddress: Bool

    /// Nil unless it is a name or an address, and after it a port or nothing.
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
        guard rest.isEmpty || (rest.first == ":" && port.utf8.allSatisfy { $0.isASCIIDigit }) else {
            return nil
        }
    }

    /// Whether a browser takes it for its own machine, whatever a name server says (RFC 6761, section 6.3).
    var isLocalhost: Bool { name == "localhost" || name.hasSuffix(".localhost") }
}

extension SocketAddress {
    fileprivate static func isIPv4(_ text: String) -> Bool {
        if case .v4 = try? SocketAddress(ipAddress: text, port: 0) { true } else { false }
    }

    fileprivate static func isIPv6(_ text: String) -> Bool {
        if case .v6 = try? SocketAddress(ipAddress: text, port: 0) { true } else { false }
    }

    /// Whether only this machine reaches it: 127.0.0.0/8, also as an IPv6 address, and ::1.
    var isLoopback: Bool {
        guard let text = ipAddress else { return true }
        return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }
}
