import CurlTransport
import TestSupport
import Testing

/// A transport that no proxy of the machine's comes between, and whose time limits a busy machine does not reach.
func makeTransport(_ change: (inout TransportConfiguration) -> Void = { _ in }) throws -> CurlTransport {
    try CurlTransport(configuration: makeConfiguration(change))
}

func makeConfiguration(_ change: (inout TransportConfiguration) -> Void = { _ in }) -> TransportConfiguration {
    var configuration = TransportConfiguration()
    configuration.proxy = .none
    configuration.connectTimeLimit = .seconds(3600)
    configuration.timeLimit = .seconds(3600)
    configuration.silenceLimit = .seconds(3600)
    configuration.idleLimit = .seconds(3600)
    change(&configuration)
    return configuration
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

    /// The error of a request that is not answered, once it was sent.
    ///
    /// On a busy machine its time may be over before that; then it gets more.
    func failureAfterSending(_ request: HTTPRequest, _ limit: Duration = .milliseconds(100)) async throws
        -> TransportError
    {
        var request = request
        var limit = limit
        while true {
            request.timeLimit = limit
            let error = try await failure(of: request)
            guard !error.mayHaveReachedServer else { return error }
            limit *= 4
        }
    }
}
