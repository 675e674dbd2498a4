package import CurlTransport
package import JSON
package import Secrets

/// The fields of a write, and which secrets are among them.
package struct WriteBody: Sendable {
    package var fields: [String: JSONValue]
    package var secrets: [Secret]

    package init(_ fields: [String: JSONValue] = [:], secrets: [Secret] = []) {
        self.fields = fields
        self.secrets = secrets
    }
}

extension WriteBody: CustomStringConvertible, CustomReflectable {
    /// The names of the fields, never their values.
    package var description: String { fields.keys.sorted().joined(separator: ", ") }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension AuthentikClient {
    /// Deletes an object; one that no longer exists counts as deleted.
    package func delete(_ endpoint: Endpoint, key: String) async throws {
        do {
            _ = try await send(APIRequest(method: "DELETE", endpoint: endpoint, key: key))
        } catch let error as AuthentikError where error.kind == .notFound {}
    }

    /// Updates an object, and retries if the answer is garbled: repeating it changes nothing, and only the answer shows
    /// what Authentik kept.
    package func update<Row: JSONReadable & Sendable>(_ endpoint: Endpoint, key: String, _ body: WriteBody) async throws
        -> Row
    {
        let request = APIRequest(
            method: "PATCH",
            endpoint: endpoint,
            key: key,
            body: .object(body.fields),
            secrets: body.secrets
        )
        do {
            return try await decode(Row.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .undecodable {
            return try await decode(Row.self, try await send(request), to: request)
        }
    }

    /// The error for a success response that says that nothing was done.
    package func rejected(_ message: String, _ response: HTTPResponse, to request: APIRequest) -> AuthentikError {
        AuthentikError(
            kind: .rejected,
            status: response.status,
            message: message,
            request: request.description(at: address),
            requestID: AuthentikError.requestID(of: response, hiding: mask(for: request))
        )
    }
}
