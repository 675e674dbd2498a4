import CurlTransport
import TestSupport
import Testing

/// A transport that no proxy of the machine's comes between.
func makeTransport(_ change: (inout TransportConfiguration) -> Void = { _ in }) throws -> CurlTransport {
    var configuration = TransportConfiguration()
    configuration.proxy = .none
    change(&configuration)
    return try CurlTransport(configuration: configuration)
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension CurlTransport {
    func get(_ url: String, isRepeatable: Bool = true, timeLimit: Duration? = nil) async throws -> HTTPResponse {
        try await send(HTTPRequest("GET", url, timeLimit: timeLimit, isRepeatable: isRepeatable))
    }

    /// The error of a request that must fail.
    func failure(
        of request: HTTPRequest,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TransportError {
        let error = await #expect(throws: TransportError.self, sourceLocation: sourceLocation) {
            try await self.send(request)
        }
        return try #require(error, sourceLocation: sourceLocation)
    }
}
