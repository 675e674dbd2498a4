package import Base
import CurlTransport
import FoundationEssentials
package import JSON
import Secrets

/// A client of the parts of the Kubernetes API that this program needs.
package struct KubernetesClient: Sendable {
    package let configuration: KubernetesConfiguration
    package var backoff = Backoff()
    /// How many times a read is attempted if it may succeed later.
    package var maximumAttempts = 3
    /// The maximum `Retry-After` that a read waits for.
    package var patience: Duration = .seconds(10)
    /// Waits; can be replaced in tests.
    package var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Performs each attempt of a write, within a leader's term if there is one, or refuses it by throwing its own
    /// error.
    package var admission: @Sendable (_ write: (WriteTerm?) async throws -> JSONValue) async throws -> JSONValue = {
        try await $0(nil)
    }

    /// The maximum size of an object or watch event: etcd stores up to 1.5 MB, and the JSON is larger.
    static let maximumObjectBytes = 4 << 20

    private let transport: CurlTransport
    /// Shared by this client and its copies.
    var turns: PartTurns

    /// - Throws: ``TransportError`` if libcurl cannot be set up.
    package init(configuration: KubernetesConfiguration) throws {
        self.configuration = configuration
        turns = PartTurns(configuration.transport.maximumConnectionsPerHost)
        transport = try CurlTransport(configuration: configuration.transport)
    }

    /// Reads a Secret; nil if it does not exist.
    ///
    /// - Throws: ``KubernetesError`` or `CancellationError`.
    package func secret(_ object: ObjectName) async throws -> KubernetesSecret? {
        let request = KubernetesRequest(verb: .get, object: object)
        do {
            let answer = try await retrying { try await send(request) }
            return try decoding(request) { () throws(Malformed) in try KubernetesSecret(answer) }
        } catch let error as KubernetesError where error.kind == .notFound {
            return nil
        }
    }

    /// Lists the single Secret with a name, once.
    func list(_ object: ObjectName) async throws -> SecretList {
        let request = KubernetesRequest(verb: .list, object: object)
        let answer = try await send(request)
        return try decoding(request) { () throws(Malformed) in try SecretList(answer, object) }
    }

    /// Opens a watch of one Secret; each line of it is one event.
    ///
    /// - Parameter time: the time after which the server should end it.
    func watch(_ object: ObjectName, from resourceVersion: String, time: Duration) async throws -> SecretEvents {
        let query = [
            ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
            ("timeoutSeconds", "\(max(1, time.components.seconds))"),
        ]
        let request = KubernetesRequest(verb: .watch, object: object, query: query)
        // The head comes at once even without events, and the server should have ended the watch by then.
        let limits = StreamLimits(head: configuration.transport.timeLimit, idle: time + .seconds(15))
        let (response, token) = try await authorized(request) {
            try await transport.stream($0, limits: limits)
        } status: {
            $0.status
        }
        let body = (200..<300).contains(response.status) ? [] : try await start(of: response.body, request)
        let error = KubernetesError(
            status: response.status,
            headers: response.headers,
            body: body,
            to: request,
            at: configuration.server,
            hiding: token
        )
        if let error { throw error }
        return SecretEvents(lines: response.body, request: request, server: configuration.server, token: token)
    }

    // MARK: - Requests

    /// Sends a request, once.
    ///
    /// - Returns: the object, list or status in the answer.
    func send(_ request: KubernetesRequest) async throws -> JSONValue {
        let (response, token) = try await authorized(request, transport.send) { $0.status }
        let error = KubernetesError(
            status: response.status,
            headers: response.headers,
            body: response.body,
            to: request,
            at: configuration.server,
            hiding: token
        )
        if let error { throw error }
        return try decoding(request) { () throws(Malformed) in
            do {
                return try JSONValue(parsing: response.body)
            } catch {
                throw Malformed("it is not JSON")
            }
        }
    }

    /// Sends a request, and once more if the token was replaced in the meantime.
    private func authorized<Response>(
        _ request: KubernetesRequest,
        _ send: (HTTPRequest) async throws -> Response,
        status: (Response) -> Int
    ) async throws -> (Response, Secret?) {
        do {
            let token = try token(for: request)
            let response = try await send(httpRequest(request, token))
            guard status(response) == 401, let newer = try self.token(for: request), newer != token else {
                return (response, token)
            }
            return (try await send(httpRequest(request, newer)), newer)
        } catch let error as TransportError {
            throw KubernetesError(error, to: request, at: configuration.server)
        }
    }

    private func httpRequest(_ request: KubernetesRequest, _ token: Secret?) -> HTTPRequest {
        var headers: HTTPHeaders = ["accept": "application/json"]
        if let token { headers.append("authorization", "Bearer \(token.exposed)") }
        if let body = request.body { headers.append("content-type", body.kind.rawValue) }
        var sent = HTTPRequest(
            request.method,
            request.url(at: configuration.server),
            headers: headers,
            body: request.body?.json.serialized(),
            timeLimit: timeLimit(request),
            sendBefore: request.term?.beginBefore,
            // A second create is rejected, or creates a second object; all other requests describe the target state.
            isRepeatable: request.verb != .create,
            mayBeDoubled: request.mayBeDoubled
        )
        sent.maximumResponseBytes = Self.maximumObjectBytes
        return sent
    }

    private func timeLimit(_ request: KubernetesRequest) -> Duration? {
        guard let end = request.term?.endBefore else { return request.timeLimit }
        return max(min(request.timeLimit ?? configuration.transport.timeLimit, end - .now), .milliseconds(1))
    }

    private func token(for request: KubernetesRequest) throws -> Secret? {
        switch configuration.credentials {
        case .none: return nil
        case .token(let token): return token
        case .tokenFile(let path):
            let text = (try? Data(contentsOf: URL(filePath: path))).flatMap { String(validating: $0, as: UTF8.self) }
            let token = text?.filter { !$0.isWhitespace } ?? ""
            guard !token.isEmpty else {
                throw KubernetesError(
                    kind: .unauthorized,
                    message: "the token file \(path) \(text == nil ? "cannot be read" : "is empty")",
                    request: request.description(at: configuration.server)
                )
            }
            return Secret(token)
        }
    }

    /// Retries if it may succeed later: for requests that describe a target state.
    func retrying<Result>(_ body: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch let error as KubernetesError where error.isTransient && attempt < maximumAttempts {
                guard (error.retryAfter ?? .zero) <= patience else { throw error }
                try await pause(
                    backoff.delay(attempt: attempt, retryAfter: error.retryAfter, jitter: .random(in: 0...1))
                )
                attempt += 1
            }
        }
    }

    func decoding<Value>(
        _ request: KubernetesRequest,
        _ body: () throws(Malformed) -> Value
    ) throws(KubernetesError) -> Value {
        do {
            return try body()
        } catch {
            throw KubernetesError(error, to: request, at: configuration.server)
        }
    }

    /// The part of an error's body that is used.
    private func start(of body: ResponseBody, _ request: KubernetesRequest) async throws -> [UInt8] {
        do {
            var bytes: [UInt8] = []
            for try await chunk in body {
                bytes += chunk
                if bytes.count > HTTPRequest.maximumErrorBytes { break }
            }
            return bytes
        } catch let error as TransportError {
            throw KubernetesError(error, to: request, at: configuration.server)
        }
    }
}

/// Slots for the parts of a pass that send requests to one API server at the same time, as many as there are
/// connections: so that the time limit of a part does not include the time of hundreds of parts before it.
///
/// If no part was answered any more, one for each slot, the others are abandoned at once: a server that hangs costs a
/// pass the time of one part, however many there are. So the slot of a part that timed out is not reassigned before the
/// results of the parts in the other slots are known.
actor PartTurns {
    private let count: Int
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// The number of running parts.
    private var underWay = 0
    /// Slots of parts that timed out, not yet reassigned.
    private var withheld = 0
    /// The number of parts that timed out since the last answer.
    private var silences = 0
    private var lastSilence: ContinuousClock.Instant?
    private let now: @Sendable () -> ContinuousClock.Instant

    init(_ count: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.count = count
        self.now = now
        free = count
    }

    /// Waits for a slot.
    func enter() async {
        if free > 0 {
            free -= 1
            underWay += 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Releases the slot.
    ///
    /// - Parameter isAnswered: nil if the part was not tried, or was cancelled.
    func leave(isAnswered: Bool?) {
        underWay -= 1
        switch isAnswered {
        case .some(true): silences = 0
        case .some(false):
            silences += 1
            lastSilence = now()
        case nil: break
        }
        withheld += 1
        if isAnswered == false, silences < count, underWay > 0 { return }
        while withheld > 0 { giveOn() }
    }

    private func giveOn() {
        withheld -= 1
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        underWay += 1
        waiting.removeFirst().resume()
    }

    /// Whether the server has stopped answering, as far as observed within a recent time.
    func isSilent(within time: Duration) -> Bool {
        guard silences >= count, let lastSilence else { return false }
        return now() - lastSilence < time
    }
}
