import AuthentikAPI
import Base

/// The host that goes to the top of the file.
struct CommonHost {
    private var counts: [String: Int] = [:]
    private var total = 0

    /// Counts a service whose launch URL is no more than an origin.
    mutating func add(_ application: Application, _ provider: OAuth2Provider?) {
        total += 1
        guard let origin = WebOrigin(application.launchURL.trimmed) else { return }
        let hasPath = provider?.redirectURIs.contains { origin.path(of: $0.url.trimmed) != nil } ?? false
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
