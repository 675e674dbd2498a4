package import JSON
package import Secrets
import Synchronization

/// One request to an endpoint of Authentik.
package struct APIRequest: Sendable {
    /// The largest answer that is taken: a page of a hundred rows of 40 kB each.
    static let maximumResponseBytes = 4 << 20

    package var method: String
    package var endpoint: Endpoint
    /// Names one object of the endpoint: a slug, a pk.
    package var key: String?
    /// What is done to that object, where its path says so: `assign`.
    package var action: String?
    package var query: [(String, String)]
    package var body: JSONValue?
    /// Instead of a body of JSON; none if empty.
    package var form: [(String, String)] = []
    /// The OAuth2 client that sends it; nil for the account of the API token.
    package var credentials: ClientCredentials?
    /// What the request holds and no error may show.
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

    /// Whether it changes something.
    var isWrite: Bool { endpoint.isWritten(by: method) }

    /// Whether sending it twice does no harm; a create is looked up instead.
    var isRepeatable: Bool { !isWrite || method != "POST" && !(method == "PUT" && endpoint.isCreatedByPut) }

    /// Method and URL without the query.
    package func description(at address: AuthentikAddress) -> String {
        "\(method) \(address.url(endpoint, key, action, query: []))"
    }
}

/// A request that was sent and the status of its response, for counting.
package struct RequestRecord: Sendable {
    package var method: String
    package var endpoint: Endpoint
    /// The whole address, with the query; no secret is ever in one.
    package var url: String
    /// The HTTP status; nil if no answer came.
    package var status: Int?
    /// `X-authentik-id`, which the audit log knows a write by.
    package var requestID: String?

    /// Whether it changes something.
    package var isWrite: Bool { endpoint.isWritten(by: method) }
}

/// How many requests were sent, each attempt counted.
package struct RequestCounts: Sendable, Equatable {
    package var reads = 0
    package var writes = 0

    package var total: Int { reads + writes }

    package init() {}
}

/// Counts the requests of all clients that share it.
final class RequestCounter: Sendable {
    private let state = Mutex(RequestCounts())
    private let sandbox = Mutex(false)

    /// Whether an answer said that it is a sandbox's.
    var hasMetSandbox: Bool { sandbox.withLock { $0 } }

    func meetSandbox() { sandbox.withLock { $0 = true } }

    var counts: RequestCounts { state.withLock { $0 } }

    func count(_ request: APIRequest) {
        state.withLock {
            if request.isWrite { $0.writes += 1 } else { $0.reads += 1 }
        }
    }

    func countRead() { state.withLock { $0.reads += 1 } }
}
