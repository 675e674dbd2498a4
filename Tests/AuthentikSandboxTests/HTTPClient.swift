import CurlTransport
import Foundation
import JSON

/// Sends requests to a sandbox.
struct HTTPClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]

        var json: JSONValue? { try? JSONValue(parsing: body) }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What is sent as the `Authorization`.
    enum Credentials: Sendable {
        case none
        case token(String)
        case basic(name: String, password: String)
    }

    let baseURL: String
    var token: String
    private let transport: CurlTransport

    init(_ baseURL: String, token: String = "sandbox-token") throws {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        configuration.silenceLimit = .seconds(3600)
        configuration.timeLimit = .seconds(3600)
        self.baseURL = baseURL
        self.token = token
        self.transport = try CurlTransport(configuration: configuration)
    }

    /// - Parameter credentials: the client's own token unless given.
    func send(
        _ method: String,
        _ path: String,
        _ json: JSONValue? = nil,
        raw: String? = nil,
        contentType: String = "application/json",
        userAgent: String = "test",
        as credentials: Credentials? = nil
    ) async throws -> Answer {
        var headers: HTTPHeaders = ["user-agent": userAgent]
        let body = raw.map { Array($0.utf8) } ?? json?.serialized()
        if body != nil { headers.append("content-type", contentType) }
        switch credentials ?? .token(token) {
        case .none: break
        case .token(let token): headers.append("authorization", "Bearer \(token)")
        case .basic(let name, let password):
            let encoded = Data("\(name):\(password)".utf8).base64EncodedString()
            headers.append("authorization", "Basic \(encoded)")
        }
        let response = try await transport.send(HTTPRequest(method, baseURL + path, headers: headers, body: body))
        let fields = response.headers.fields.map { ($0.name, $0.value) }
        return Answer(
            status: response.status,
            headers: Dictionary(fields, uniquingKeysWith: { $1 }),
            body: response.body
        )
    }
}
