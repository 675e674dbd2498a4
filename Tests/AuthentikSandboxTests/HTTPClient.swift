import Foundation
import JSON
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends requests to a sandbox.
struct HTTPClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: Data

        var json: JSONValue? { try? JSONValue(parsing: body) }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let baseURL: String
    var token: String? = "sandbox-token"

    private let connection = URLSession(configuration: .ephemeral)

    init(_ baseURL: String, token: String? = "sandbox-token") {
        self.baseURL = baseURL
        self.token = token
    }

    /// Closes its connections, which would stay open for some time.
    func close() { connection.invalidateAndCancel() }

    func send(
        _ method: String,
        _ path: String,
        _ json: JSONValue? = nil,
        raw: String? = nil,
        contentType: String? = nil,
        token: String?? = nil
    ) async throws -> Answer {
        guard let url = URL(string: baseURL + path) else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = raw.map { Data($0.utf8) } ?? json.map { Data($0.serialized()) }
        if request.httpBody != nil {
            request.setValue(contentType ?? "application/json", forHTTPHeaderField: "Content-Type")
        }
        if let token = token ?? self.token {
            request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        }
        let (data, response) = try await connection.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        let headers = response.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
        return Answer(
            status: response.statusCode,
            headers: Dictionary(headers, uniquingKeysWith: { $1 }),
            body: data
        )
    }
}
