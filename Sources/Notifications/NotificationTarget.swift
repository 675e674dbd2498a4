import Base
import Secrets

/// Where notifications are sent.
///
/// The address is a secret, since it allows anybody to post there: only its host is ever shown.
package struct NotificationTarget: Sendable, Equatable {
    package let format: NotificationFormat
    /// Host name and port, without user information.
    package let host: String
    /// Whether it is sent unencrypted to another machine.
    package let isExposed: Bool
    /// Where requests go.
    let url: Secret
    /// The ntfy topic; empty for other formats.
    let topic: Secret

    /// - Parameters:
    ///   - text: an address of the form `https://host/path`.
    ///   - format: nil for the format of a well-known host.
    /// - Throws: ``NotificationTargetError``, which shows nothing of the address.
    package init(_ text: String, format: NotificationFormat? = nil) throws(NotificationTargetError) {
        let text = text.trimmed
        guard !text.isEmpty else { throw NotificationTargetError("it is empty") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw NotificationTargetError("it contains a space, a line break or a non-ASCII character")
        }
        let lowercased = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowercased.hasPrefix) else {
            throw NotificationTargetError("expected https://HOST/PATH")
        }
        let rest = text.dropFirst(scheme.utf8.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = String(authority.split(separator: "@", omittingEmptySubsequences: false).last ?? "")
        guard let name = Self.name(of: host) else { throw NotificationTargetError("expected https://HOST/PATH") }
        self.host = host
        self.format = format ?? NotificationFormat(host: name)
        let isLoopback = name == "localhost" || name.hasPrefix("127.") || name == "[::1]"
        isExposed = scheme == "http://" && !isLoopback
        guard self.format == .ntfy else {
            url = Secret(text)
            topic = Secret("")
            return
        }
        let tail = rest.dropFirst(authority.utf8.count)
        let path = tail.prefix { $0 != "?" && $0 != "#" }
        let parts = path.split(separator: "/")
        guard let last = parts.last else { throw NotificationTargetError("expected https://HOST/TOPIC for ntfy") }
        let prefix = parts.dropLast().map { "/\($0)" }.joined()
        let query = tail.dropFirst(path.utf8.count).prefix { $0 != "#" }
        url = Secret("\(scheme)\(authority)\(prefix)/\(query)")
        topic = Secret(String(last))
    }

    /// A valid host name or IP address; nil for anything else.
    private static func name(of host: String) -> String? {
        guard !host.hasPrefix("[") else {
            return host.firstIndex(of: "]").map { String(host[...$0]) }
        }
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty else { return nil }
        guard parts.count == 1 || Int(parts[1]).map((1...65535).contains) == true else { return nil }
        return String(name)
    }
}

/// Why an address is invalid as a notification target: a clause, which shows nothing of it.
package struct NotificationTargetError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
