package import Base
package import CurlTransport
import FoundationEssentials
package import JSON
package import Secrets

/// A client of Authentik's REST API, version 3.
///
/// Reads and idempotent writes are retried according to ``RetryPolicy``, within the ``deadline``; creates are looked up
/// before they are repeated.
package struct AuthentikClient: Sendable {
    package let address: AuthentikAddress
    package var retryPolicy = RetryPolicy()
    /// When to stop retrying; nil for never.
    package var deadline: ContinuousClock.Instant?
    /// Called for each failure that will be retried, with the delay before the retry.
    package var onRetry: (@Sendable (AuthentikError, Duration) -> Void)?
    /// Called for each request that was sent.
    package var onRequest: (@Sendable (RequestRecord) -> Void)?
    /// Called after each page with the number of rows read of a list.
    package var onRead: (@Sendable (Endpoint, _ done: Int, _ total: Int) -> Void)?
    /// Called with the new limit of concurrent requests when it is lowered because Authentik slows down.
    package var onSlowdown: (@Sendable (Int) -> Void)?
    /// Whether writes may begin; see ``WriteGate``.
    package var gate = WriteGate()
    /// Limits the concurrent requests of this client and its copies.
    private var turns = RequestGate(maximum: 2 * standardConcurrency)

    private let token: Secret
    private let transport: CurlTransport
    private let counter = RequestCounter()
    private let turn = DecodingTurn()

    package init(address: AuthentikAddress, token: Secret, transport: CurlTransport) {
        self.address = address
        self.token = token
        self.transport = transport
    }

    /// The number of writes sent at the same time by default; together with reads, twice as many.
    package static let standardConcurrency = 4

    /// The maximum number of requests under way; as many pages are read at the same time.
    package var requestLimit: Int { turns.maximum }

    /// Limits the writes under way, and all requests together to twice that number.
    package mutating func limit(toWritesAtOnce writes: Int) { turns = RequestGate(maximum: 2 * writes) }

    /// The requests sent so far by this client and its copies.
    package var requestCounts: RequestCounts {
        var counts = counter.counts
        counts.limitedTo = turns.lowered
        return counts
    }

    /// The total time that Authentik took to answer the requests of this client and its copies.
    package var answerTime: Duration { counter.answerTime }

    /// Whether the server is a sandbox of this program, in this process or another one, rather than an Authentik.
    ///
    /// This is known after the first answer. A sandbox sends a header that no Authentik sends, and only listens on the
    /// loopback interface: from other addresses the header is ignored.
    package var isSandbox: Bool { counter.hasMetSandbox }

    /// The header by which a sandbox identifies itself.
    private static let sandboxHeader = "x-reconcile-sandbox"

    /// Sends a request, and retries it according to the policy if it is repeatable.
    ///
    /// - Throws: ``AuthentikError``, ``WritesStopped``, or `CancellationError`.
    package func send(_ request: APIRequest) async throws -> HTTPResponse {
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

    /// Sends a create; if it is unclear whether it was done, looks for the object before repeating it.
    ///
    /// - Parameter find: reads the object that should have been created; nil if it does not exist.
    package func create<Created>(
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

    /// Requests a page of Authentik or of a service once, without the token.
    ///
    /// - Parameter endpoint: for counting; nil for a page of a service.
    /// - Returns: the answer, whatever it is; redirects are not followed.
    /// - Throws: `TransportError`, or `CancellationError`.
    package func visit(_ url: String, of endpoint: Endpoint?, within limit: Duration) async throws -> HTTPResponse {
        counter.countRead()
        let left = timeLeft(until: deadline) ?? limit
        var request = HTTPRequest("GET", url, headers: ["accept": "*/*"], timeLimit: min(left, limit))
        request.mayBeDoubled = false
        request.maximumResponseBytes = APIRequest.maximumResponseBytes
        func report(_ status: Int?) {
            guard let endpoint else { return }
            onRequest?(RequestRecord(method: "GET", endpoint: endpoint, url: url, status: status))
        }
        do {
            let response = try await transport.send(request)
            report(response.status)
            return response
        } catch let error as TransportError {
            report(nil)
            throw error
        }
    }

    /// Decodes a success response.
    ///
    /// - Throws: ``AuthentikError`` of the kind `undecodable`, which names what is missing and quotes nothing.
    package func decode<Value: JSONReadable & Sendable>(
        _ type: Value.Type,
        _ response: HTTPResponse,
        to request: APIRequest
    ) async throws -> Value {
        do {
            return try await turn.take(ofBytes: response.body.count) {
                try Value(try JSONElement(parsing: response.body))
            }
        } catch let error as JSONParseError {
            throw undecodable("the answer cannot be decoded: it is not JSON: \(error)", response, to: request)
        } catch {
            throw undecodable("the answer cannot be decoded: \(error)", response, to: request)
        }
    }

    /// The error for an unexpected answer.
    func undecodable(_ message: String, _ response: HTTPResponse, to request: APIRequest) -> AuthentikError {
        let mask = mask(for: request)
        return AuthentikError(
            kind: .undecodable,
            status: response.status,
            message: mask(message).cut(to: 500),
            request: request.description(at: address),
            requestID: AuthentikError.requestID(of: response, hiding: mask)
        )
    }

    /// Masks secrets that were sent, in case an answer quotes them.
    func mask(for request: APIRequest) -> SecretMask { SecretMask(request.secrets + [token]) }

    private func sendOnce(_ request: APIRequest) async throws -> HTTPResponse {
        do {
            return try await turns.pass(
                kind: request.kind,
                judge: { ($0 as? AuthentikError)?.asksForPatience ?? false },
                onLower: onSlowdown
            ) {
                guard request.isWrite else { return try await exchange(request, nil) }
                return try await gate.pass { try await exchange(request, $0) }
            }
        } catch let error as AuthentikError where error.transport?.kind == .tooLate {
            throw gate.closed ?? WritesStopped(reason: "this process was suspended and may no longer write")
        }
    }

    private func exchange(_ request: APIRequest, _ term: WriteTerm?) async throws -> HTTPResponse {
        counter.count(request)
        let response: HTTPResponse
        do {
            response = try await transport.send(httpRequest(request, term))
            counter.add(answerTime: response.answerTime)
            if address.isLoopback, response.headers[Self.sandboxHeader] != nil { counter.meetSandbox() }
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
        guard let error = AuthentikError(response, to: request, at: address, hiding: mask(for: request)) else {
            return response
        }
        throw error
    }

    private func report(_ request: APIRequest, _ response: HTTPResponse?) {
        onRequest?(
            RequestRecord(
                method: request.method,
                endpoint: request.endpoint,
                url: address.url(request.endpoint, request.key, request.action, query: request.query),
                status: response?.status,
                requestID: response?.headers["x-authentik-id"]
            )
        )
    }

    private func httpRequest(_ request: APIRequest, _ term: WriteTerm?) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "accept": "application/json",
            "authorization": request.credentials?.authorization ?? "Bearer \(token.exposed)",
        ]
        if request.body != nil { headers.append("content-type", "application/json") }
        if !request.form.isEmpty { headers.append("content-type", "application/x-www-form-urlencoded") }
        var sent = HTTPRequest(
            request.method,
            address.url(request.endpoint, request.key, request.action, query: request.query),
            headers: headers,
            body: request.body?.serialized() ?? request.encodedForm,
            timeLimit: timeLeft(until: request.isWrite ? term?.endBefore : deadline),
            sendBefore: term?.beginBefore,
            isRepeatable: request.isRepeatable
        )
        sent.maximumResponseBytes = APIRequest.maximumResponseBytes
        // A slow Authentik is busy: repeating the request makes it slower.
        sent.mayBeDoubled = false
        return sent
    }

    /// The time left, if it is shorter than the transport's own limit.
    private func timeLeft(until end: ContinuousClock.Instant?) -> Duration? {
        guard let left = end.map({ $0 - .now }), left < transport.timeLimit else { return nil }
        return max(left, .milliseconds(1))
    }

    /// Stops a read of several requests that exceeds the deadline; called between them.
    ///
    /// - Throws: ``AuthentikError`` of the kind `unreachable`.
    func checkDeadline(of request: APIRequest) throws {
        try Task.checkCancellation()
        guard let deadline, deadline <= .now else { return }
        throw AuthentikError(
            kind: .unreachable,
            message: "the time limit expired before everything was read",
            request: request.description(at: address)
        )
    }

    /// Waits before the next attempt, or throws the error if there should be none.
    private func waitToRetry(after error: AuthentikError, attempt: Int) async throws {
        let now = ContinuousClock.now
        guard let delay = retryPolicy.delay(after: error, attempt: attempt, jitter: .random(in: 0...1)),
            deadline.map({ now + delay < $0 }) ?? true
        else { throw error }
        onRetry?(error, delay)
        try await Task.sleep(for: delay)
    }
}

extension APIRequest {
    /// Nil without a form.
    fileprivate var encodedForm: [UInt8]? {
        let pairs = form.map { "\(percentEncoded($0))=\(percentEncoded($1))" }
        return pairs.isEmpty ? nil : Array(pairs.joined(separator: "&").utf8)
    }
}

/// Base64, for HTTP basic authentication (RFC 7617).
func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

/// Decodes one large answer at a time, across a client and its copies.
///
/// Decoding takes many times the size of an answer in memory, and several lists are read at once. Waiting does not block a
/// thread, which others need, e.g. for renewing a Lease.
actor DecodingTurn {
    private static let largeBytes = 256 << 10

    nonisolated func take<Value: Sendable>(
        ofBytes count: Int,
        _ decode: @Sendable () throws -> Value
    ) async throws -> Value {
        count > Self.largeBytes ? try await take(decode) : try decode()
    }

    private func take<Value: Sendable>(_ decode: @Sendable () throws -> Value) throws -> Value { try decode() }
}

/// The result of a create.
package struct Creation<Object: Sendable>: Sendable {
    package var object: Object
    /// Whether it was found by a look-up because there was no clear answer, or because it was rejected as existing
    /// already; then somebody else may have created it.
    package var isFound: Bool

    package init(_ object: Object, isFound: Bool = false) {
        self.object = object
        self.isFound = isFound
    }
}
