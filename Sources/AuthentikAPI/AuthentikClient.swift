package import CurlTransport
import FoundationEssentials
import JSON
package import Secrets

/// A client of Authentik's REST API, version 3.
///
/// Reads and idempotent writes are retried as ``RetryPolicy`` says, within the ``deadline``; creates are looked up
/// before they are repeated.
package struct AuthentikClient: Sendable {
    package let address: AuthentikAddress
    package var retryPolicy = RetryPolicy()
    /// When to give up on retrying; nil for never.
    package var deadline: ContinuousClock.Instant?
    /// Told of each failure that will be retried, and the wait before that.
    package var onRetry: (@Sendable (AuthentikError, Duration) -> Void)?
    /// Told of each request that was sent.
    package var onRequest: (@Sendable (RequestRecord) -> Void)?
    /// Whether writes may begin; see ``WriteGate``.
    package var gate = WriteGate()

    private let token: Secret
    private let transport: CurlTransport
    private let counter = RequestCounter()

    package init(address: AuthentikAddress, token: Secret, transport: CurlTransport) {
        self.address = address
        self.token = token
        self.transport = transport
    }

    /// What was sent so far, by this client and its copies.
    package var requestCounts: RequestCounts { counter.counts }

    /// Sends a request, retrying it as the policy says if it is repeatable.
    ///
    /// - Throws: ``AuthentikError``, ``WritesStopped``, or `CancellationError`.
    func send(_ request: APIRequest) async throws -> HTTPResponse {
        var attempt = 1
        while true {
            do {
                return try await sendOnce(request)
            } catch let error as AuthentikError where request.isRepeatable || !error.mayHaveHappened {
                try await waitToRetry(after: error, attempt: attempt)
                attempt += 1
            }
        }
    }

    /// Sends a create; when it is unclear whether it happened, looks before it sends it again.
    ///
    /// - Parameter find: Reads the object that was to be created; nil if it is not there.
    func create<Created>(
        _ request: APIRequest,
        decode: (HTTPResponse) async throws -> Created,
        find: () async throws -> Created?
    ) async throws -> Created {
        var attempt = 1
        while true {
            do {
                return try await decode(try await send(request))
            } catch let error as AuthentikError where error.mayHaveHappened {
                do {
                    try await waitToRetry(after: error, attempt: attempt)
                } catch let error as AuthentikError {
                    if let found = try? await find() { return found }
                    throw error
                }
                if let found = try await find() { return found }
                attempt += 1
            }
        }
    }

    /// Decodes a success.
    ///
    /// - Throws: ``AuthentikError`` of the kind `undecodable`, which names what is missing and quotes nothing.
    func decode<Value: Decodable>(_ type: Value.Type, _ response: HTTPResponse, to request: APIRequest) throws -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch {
            throw AuthentikError(
                kind: .undecodable,
                status: response.status,
                message: "the answer does not decode: \(explanation(of: error))",
                request: request.description(at: address),
                requestID: response.headers["x-authentik-id"]
            )
        }
    }

    private func sendOnce(_ request: APIRequest) async throws -> HTTPResponse {
        guard request.method != "GET" else { return try await exchange(request, nil) }
        do {
            return try await gate.pass { try await exchange(request, $0) }
        } catch let error as AuthentikError where error.transport?.kind == .tooLate {
            throw gate.closed ?? WritesStopped(reason: "this process was held up, and may not write any more")
        }
    }

    private func exchange(_ request: APIRequest, _ term: WriteTerm?) async throws -> HTTPResponse {
        counter.count(request.method)
        let response: HTTPResponse
        do {
            response = try await transport.send(httpRequest(request, term))
            report(request, response)
        } catch let error as TransportError {
            report(request, nil)
            throw AuthentikError(
                kind: .unreachable,
                message: error.message,
                request: request.description(at: address),
                transport: error
            )
        }
        if let error = AuthentikError(response, to: request, at: address) {
            throw error.redacting(request.secrets + [token])
        }
        return response
    }

    private func report(_ request: APIRequest, _ response: HTTPResponse?) {
        onRequest?(
            RequestRecord(
                method: request.method,
                endpoint: request.endpoint,
                status: response?.status,
                requestID: response?.headers["x-authentik-id"]
            )
        )
    }

    private func httpRequest(_ request: APIRequest, _ term: WriteTerm?) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "accept": "application/json",
            "authorization": "Bearer \(token.exposed)",
        ]
        if request.body != nil { headers.append("content-type", "application/json") }
        return HTTPRequest(
            request.method,
            address.url(request.endpoint, request.key, request.action, query: request.query),
            headers: headers,
            body: request.body?.serialized(),
            timeLimit: timeLeft(until: request.method == "GET" ? deadline : term?.endBefore),
            sendBefore: term?.beginBefore,
            isRepeatable: request.isRepeatable
        )
    }

    /// What is left, where that is less than the transport's own limit.
    private func timeLeft(until end: ContinuousClock.Instant?) -> Duration? {
        guard let left = end.map({ $0 - .now }), left < transport.timeLimit else { return nil }
        return max(left, .milliseconds(1))
    }

    /// Waits before the next attempt, or throws the error if there is to be none.
    private func waitToRetry(after error: AuthentikError, attempt: Int) async throws {
        let now = ContinuousClock.now
        guard let delay = retryPolicy.delay(after: error, attempt: attempt, jitter: .random(in: 0...1)),
            deadline.map({ now + delay < $0 }) ?? true
        else { throw error }
        onRetry?(error, delay)
        try await Task.sleep(for: delay)
    }
}

extension AuthentikError {
    /// Takes out what was sent in secret, should Authentik ever quote it.
    fileprivate func redacting(_ secrets: [Secret]) -> AuthentikError {
        var error = self
        // The longest first: one may be part of another.
        for secret in secrets.map(\.exposed).sorted(by: { $0.count > $1.count }) where !secret.isEmpty {
            error.message.replace(secret, with: "(secret)")
            for index in error.fields.indices {
                error.fields[index].message.replace(secret, with: "(secret)")
            }
        }
        return error
    }
}

/// Names the place of a decoding error; never the data.
private func explanation(of error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "\(path(context)) has no '\(key.stringValue)'"
    case DecodingError.typeMismatch(_, let context): return "\(path(context)) is of another type than expected"
    case DecodingError.valueNotFound(_, let context): return "\(path(context)) is null"
    default: return "it is no JSON"
    }
}
