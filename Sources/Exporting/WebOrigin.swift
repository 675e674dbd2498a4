import AuthentikAPI
import Base
import Kinds

/// The beginning of an https URL, and what follows it.
struct WebOrigin: Hashable {
    var host: String
    /// Nil for the scheme's own.
    var port: Int?

    /// As it begins URLs: `https://sso.example.net:8444`.
    var text: String { "https://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// Fails on a URL that is not just an origin, written as this program writes one.
    init?(_ url: String) {
        let scheme = "https://"
        guard url.hasPrefix(scheme) else { return nil }
        let parts = url.dropFirst(scheme.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2,
            host.utf8.allSatisfy({ $0.isASCIIAlphanumeric || "-.".utf8.contains($0) })
        else { return nil }
        self.host = String(host)
        guard parts.count == 2 else { return }
        guard let port = Int(parts[1]), (1...65535).contains(port), port != 443, String(port) == parts[1] else {
            return nil
        }
        self.port = port
    }

    /// The path of a URL below this origin; nil if it is elsewhere, or a file would take the path for a whole URL.
    func path(of url: String) -> String? {
        guard url.hasPrefix("\(text)/") else { return nil }
        let path = String(url.dropFirst(text.count))
        return path.contains("://") ? nil : path
    }
}

/// The host that goes to the top of the file.
struct CommonHost {
    private var counts: [String: Int] = [:]
    private var total = 0

    /// Counts a service whose launch URL is no more than an origin.
    mutating func add(_ application: Application, _ provider: OAuth2Provider?) {
        total += 1
        guard let origin = WebOrigin(application.launchURL.trimmed) else { return }
        let logins = (provider?.redirectURIs ?? []).filter { !$0.isForLogout }
        let hasPath = logins.contains { origin.path(of: $0.url.trimmed) != nil }
        guard origin.port != nil || hasPath else { return }
        counts[origin.host, default: 0] += 1
    }

    /// The hosts that are worth it, the most frequent first.
    var candidates: [String] {
        counts.filter { $0.value > 1 || total == 1 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map(\.key)
    }
}
