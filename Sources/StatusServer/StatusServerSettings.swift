import Base
import NIOCore
package import Secrets

/// Where the server listens, and what it allows.
package struct StatusServerSettings: Sendable {
    package var address = ListenAddress.standard
    /// Host names that are allowed in addition to loopback and IP addresses; see ``RequestGuard``.
    package var hosts: Set<String> = []
    /// The token required for `POST /reconcile`, read again for each request; nil if none is required.
    ///
    /// While it cannot be read, every request is rejected.
    package var triggerToken: (@Sendable () -> Secret?)?

    package init() {}
}

/// Where the status server listens.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    package var host: String
    /// 0 for any free port.
    package var port: Int

    /// Loopback only, so that nothing is exposed by default.
    package static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `127.0.0.1:8080`, `[::1]:8080`, `:8080` (every address) or `8080` (loopback).
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else {
            guard let port = Self.port(text[...]) else { return nil }
            self.init(host: Self.standard.host, port: port)
            return
        }
        guard let port = Self.port(text[text.index(after: colon)...]) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }) else { return nil }
        self.init(host: host.isEmpty ? "0.0.0.0" : host, port: port)
    }

    /// Whether it is only reachable from this machine; resolved like for listening, so independent of the spelling.
    package var isLoopback: Bool {
        (try? SocketAddress.makeAddressResolvingHost(host, port: port))?.isLoopback ?? false
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func port(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit), let port = Int(text) else {
            return nil
        }
        return (0...65535).contains(port) ? port : nil
    }
}
