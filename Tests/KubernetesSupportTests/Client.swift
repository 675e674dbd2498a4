import CurlTransport
import JSON
import KubernetesSupport

/// Sends requests to a stand-in, trusting its authority.
struct Client: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        var json: JSONValue? { try? JSONValue(parsing: body) }
        var text: String { String(decoding: body, as: UTF8.self) }
        /// The documents of a watch.
        var lines: [JSONValue] {
            body.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: $0) }
        }
        /// What a watch told, in short: `ADDED`, `MODIFIED`.
        var types: [String] { lines.compactMap { $0["type"]?.string } }
    }

    enum Credentials: Sendable {
        case none
        case token(String)
    }

    private let standIn: KubernetesStandIn
    private let transport: CurlTransport

    init(_ standIn: KubernetesStandIn, certificate: (certificate: String, key: String)? = nil) throws {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        // What a test holds up is not to be asked for twice.
        configuration.silenceLimit = .seconds(3600)
        configuration.timeLimit = .seconds(3600)
        configuration.authoritiesFile = standIn.authorities
        configuration.clientCertificateFile = certificate?.certificate
        configuration.clientKeyFile = certificate?.key
        self.standIn = standIn
        self.transport = try CurlTransport(configuration: configuration)
    }

    /// - Parameter credentials: the service account's token unless given.
    func send(
        _ method: String,
        _ path: String,
        _ json: JSONValue? = nil,
        raw: String? = nil,
        contentType: String = "application/json",
        timeLimit: Duration? = nil,
        as credentials: Credentials? = nil
    ) async throws -> Answer {
        var headers: HTTPHeaders = ["user-agent": "python-requests/2.34.2"]
        let body = raw.map { Array($0.utf8) } ?? json?.serialized()
        if body != nil { headers.append("content-type", contentType) }
        switch credentials ?? .token(standIn.token) {
        case .none: break
        case .token(let token): headers.append("authorization", "Bearer \(token)")
        }
        let response = try await transport.send(
            HTTPRequest(method, standIn.url + path, headers: headers, body: body, timeLimit: timeLimit)
        )
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }

    /// Server-side apply.
    func apply(_ path: String, _ object: JSONValue) async throws -> Answer {
        try await send("PATCH", path, object, contentType: "application/apply-patch+yaml")
    }

    /// Reads a whole watch; what is to happen meanwhile happens once it is open.
    func watch(_ path: String, meanwhile: () async throws -> Void = {}) async throws -> Answer {
        async let answer = send("GET", path)
        try await standIn.waitForWatches()
        try await meanwhile()
        return try await answer
    }
}
