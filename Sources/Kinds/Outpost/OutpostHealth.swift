import AuthentikAPI
package import Base
import JSON

extension Outpost {
    /// Whether an outpost is running, by what Authentik knows about its instances.
    ///
    /// | its instances | |
    /// |---|---|
    /// | cannot be read | unknown |
    /// | none | not seen: Authentik knows of no connection |
    /// | the newest report is older than three refresh intervals, and than five minutes | not seen, since then |
    /// | otherwise | seen |
    package enum Health: Sendable, Equatable {
        /// An instance reported recently: at that time.
        case seen(at: Timestamp)
        /// No instance reported recently: the time of the last report; nil for never.
        case notSeen(since: Timestamp?)
        /// Not read, or not readable; the reason is a clause.
        case unknown(reason: String)

        /// Allows for different clocks, and for the restart of an outpost.
        private static let patience = Duration.seconds(300)

        /// - Parameters:
        ///   - reports: when each instance was seen last.
        ///   - interval: how often they report.
        package init(reports: [Timestamp], every interval: Duration, now: Timestamp) {
            guard let newest = reports.max() else {
                self = .notSeen(since: nil)
                return
            }
            let isLate = newest.advanced(by: max(interval * 3, Self.patience)) < now
            self = isLate ? .notSeen(since: newest) : .seen(at: newest)
        }

        /// When an instance was last seen; nil for never, or if unknown.
        package var lastSeen: Timestamp? {
            switch self {
            case .seen(let time): time
            case .notSeen(let time): time
            case .unknown: nil
            }
        }
    }
}

/// One instance of an outpost as `/outposts/instances/…/health/` shows it.
private struct OutpostInstance: JSONReadable, Sendable {
    let lastSeen: Timestamp

    init(_ json: JSONElement) throws(JSONMismatch) {
        let text: String = try json.read("last_seen")
        guard let time = Timestamp(rfc3339: text) else {
            throw JSONMismatch(json["last_seen"] ?? json, expected: "an RFC 3339 time")
        }
        lastSeen = time
    }
}

extension AuthentikClient {
    /// Whether an outpost is running; sends one request without retries, because nothing depends on the answer.
    ///
    /// - Throws: `CancellationError`; any error of Authentik makes the health unknown.
    package func health(of outpost: Outpost) async throws -> Outpost.Health {
        var client = self
        client.retryPolicy.maximumAttempts = 1
        let request = APIRequest(method: "GET", endpoint: .outposts, key: outpost.pk, action: "health")
        do {
            let response = try await client.send(request)
            let instances = try await client.decode([OutpostInstance].self, response, to: request)
            return Outpost.Health(reports: instances.map(\.lastSeen), every: outpost.refreshInterval, now: .now)
        } catch let error as AuthentikError {
            return .unknown(reason: "\(error)")
        }
    }
}
