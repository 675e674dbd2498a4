import JSON
import Secrets

/// One request to an endpoint of Authentik.
struct APIRequest: Sendable {
    /// The largest answer that is taken: a page of a hundred rows of 40 kB each.
    static let maximumResponseBytes = 4 << 20

    var method: String
    var endpoint: Endpoint
    /// Names one object of the endpoint: a slug, a pk.
    var key: String?
    /// What is done to that object, where its path says so: `assign`.
    var action: String?
    var query: [(String, String)] = []
    var body: JSONValue?
    /// What the body holds and no error may show.
    var secrets: [Secret] = []

    /// Whether sending it twice does no harm; a create is looked up instead.
    var isRepeatable: Bool { method != "POST" && endpoint != .transaction }

    /// Method and URL without the query.
    func description(at address: AuthentikAddress) -> String {
        "\(method) \(address.url(endpoint, key, action, query: []))"
    }
}
