import AuthentikAPI
import Base
import Kinds

/// The origin of an http or https URL, and the rest of it.
struct WebOrigin: Hashable {
    var scheme = standardScheme
    /// In brackets if it is an IPv6 address.
    var host: String
    /// Nil for the scheme's default.
    var port: Int?

    /// The scheme that a file can omit.
    static let standardScheme = "https"

    /// The beginning of its URLs: `https://sso.example.net:8444`.
    var text: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// Fails unless the URL is just an https origin, spelled as this program spells one.
    init?(_ url: String) {
        let scheme = "\(Self.standardScheme)://"
        guard url.hasPrefix(scheme) else { return nil }
        let parts = url.dropFirst(scheme.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2,
            host.utf8.allSatisfy({ $0.isASCIIAlphanumeric || "-.".utf8.contains($0) })
        else { return nil }
        self.host = String(host)
        guard parts.count == 2 else { return }
        guard let port = Self.port(parts[1], besides: 443) else { return nil }
        self.port = port
    }

    /// The URL of a proxy provider's application; fails unless it is just an origin, spelled as this program spells
    /// one.
    init?(externalHost url: String) {
        guard let separator = url.firstRange(of: "://") else { return nil }
        scheme = String(url[..<separator.lowerBound])
        let rest = url[separator.upperBound...]
        guard let own = ["http": 80, "https": 443][scheme] else { return nil }
        // A colon within brackets belongs to the address.
        let end = rest.lastIndex(of: "]").map(rest.index(after:)) ?? rest.startIndex
        let colon = rest[end...].firstIndex(of: ":")
        host = String(rest[..<(colon ?? rest.endIndex)])
        guard !host.isEmpty, !host.contains(where: { "/?#@".contains($0) }) else { return nil }
        guard let colon else { return }
        guard let port = Self.port(rest[rest.index(after: colon)...], besides: own) else { return nil }
        self.port = port
    }

    private static func port(_ text: Substring, besides own: Int) -> Int? {
        guard let port = Int(text), (1...65535).contains(port), port != own, String(port) == text else { return nil }
        return port
    }

    /// The path of a URL below this origin; nil if it has another origin, or a file would take the path for a complete
    /// URL.
    func path(of url: String) -> String? {
        guard url.hasPrefix("\(text)/") else { return nil }
        let path = String(url.dropFirst(text.count))
        return path.contains("://") ? nil : path
    }
}

/// The host for the top of the file.
struct CommonHost {
    private var counts: [String: Int] = [:]
    private var total = 0

    /// Counts a service whose launch URL or external host is just an origin.
    mutating func add(_ application: Application, _ provider: OAuth2Provider?) {
        total += 1
        if let proxy = provider?.proxy, provider?.kind == .proxy {
            if let origin = WebOrigin(externalHost: proxy.externalHost) { counts[origin.host, default: 0] += 1 }
            return
        }
        guard let origin = WebOrigin(application.launchURL.trimmed) else { return }
        let logins = (provider?.redirectURIs ?? []).filter { !$0.isForLogout }
        let hasPath = logins.contains { origin.path(of: $0.url.trimmed) != nil }
        guard origin.port != nil || hasPath else { return }
        counts[origin.host, default: 0] += 1
    }

    /// The hosts used often enough, most frequent first.
    var candidates: [String] {
        counts.filter { $0.value > 1 || total == 1 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map(\.key)
    }
}
