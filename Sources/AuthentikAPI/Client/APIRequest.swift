package import JSON
package import Secrets
import Synchronization

/// One request to an endpoint of Authentik.
package struct APIRequest: Sendable {
    /// The maximum size of an answer: a page of a hundred rows of 40 kB each.
    static let maximumResponseBytes = 4 << 20

    package var method: String
    package var endpoint: Endpoint
    /// Names one object of the endpoint: a slug, a pk.
    package var key: String?
    /// An action on that object, if it is part of the path: `assign`.
    package var action: String?
    package var query: [(String, String)]
    package var body: JSONValue?
    /// Sent instead of a JSON body; no form if empty.
    package var form: [(String, String)] = []
    /// The OAuth2 client that sends it; nil for the account of the API token.
    package var credentials: ClientCredentials?
    /// Secrets in the request, which errors must not show.
    package var secrets: [Secret]

    package init(
        method: String,
        endpoint: Endpoint,
        key: String? = nil,
        action: String? = nil,
        query: [(String, String)] = [],
        body: JSONValue? = nil,
        secrets: [Secret] = []
    ) {
        self.method = method
        self.endpoint = endpoint
        self.key = key
        self.action = action
        self.query = query
        self.body = body
        self.secrets = secrets
    }

    /// Whether it changes anything.
    var isWrite: Bool { endpoint.isWritten(by: method) }

    /// Whether it may be sent twice; a create is looked up instead.
    var isRepeatable: Bool { !isWrite || method != "POST" && !(method == "PUT" && endpoint.isCreatedByPut) }

    /// Requests of one kind take about the same time.
    var kind: String { "\(method) \(endpoint.path)\(key == nil ? "" : "/{}")" }

    /// Method and URL without the query.
    package func description(at address: AuthentikAddress) -> String {
        "\(method) \(address.url(endpoint, key, action, query: []))"
    }
}

/// A request that was sent and the status of its response, for counting.
package struct RequestRecord: Sendable {
    package var method: String
    package var endpoint: Endpoint
    /// The whole URL, including the query; there is never a secret in it.
    package var url: String
    /// The HTTP status; nil if there was no answer.
    package var status: Int?
    /// `X-authentik-id`, by which the audit log identifies a write.
    package var requestID: String?

    /// Whether it changes anything.
    package var isWrite: Bool { endpoint.isWritten(by: method) }
}

/// The number of requests sent, including each retry.
package struct RequestCounts: Sendable, Equatable {
    package var reads = 0
    package var writes = 0
    /// The lowest limit of concurrent requests after Authentik slowed down; nil if it did not.
    package var limitedTo: Int?

    package var total: Int { reads + writes }

    package init() {}
}

/// Counts the requests of all clients that share it.
final class RequestCounter: Sendable {
    private let state = Mutex(RequestCounts())
    private let sandbox = Mutex(false)
    private let time = Mutex(Duration.zero)

    /// Whether an answer came from a sandbox.
    var hasMetSandbox: Bool { sandbox.withLock { $0 } }

    func meetSandbox() { sandbox.withLock { $0 = true } }

    /// The total time of the answers to all requests.
    var answerTime: Duration { time.withLock { $0 } }

    func add(answerTime: Duration) { time.withLock { $0 += answerTime } }

    var counts: RequestCounts { state.withLock { $0 } }

    func count(_ request: APIRequest) {
        state.withLock {
            if request.isWrite { $0.writes += 1 } else { $0.reads += 1 }
        }
    }

    func countRead() { state.withLock { $0.reads += 1 } }
}
