package import Base
import CurlTransport
import FoundationEssentials
package import JSON
import Secrets

/// A client of the Kubernetes API, as far as this program needs it.
package struct KubernetesClient: Sendable {
    package let configuration: KubernetesConfiguration
    package var backoff = Backoff()
    /// How often a read is sent before its failure counts, if it may go through after a while.
    package var maximumAttempts = 3
    /// The longest `Retry-After` that a read waits for.
    package var patience: Duration = .seconds(10)
    /// Waits; tests need not.
    package var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Does each attempt of a write, within a leader's term if there is one, or refuses it by an error of its own.
    package var admission: @Sendable (_ write: (WriteTerm?) async throws -> JSONValue) async throws -> JSONValue = {
        try await $0(nil)
    }

    /// The largest object, or event of a watch, that is taken: etcd keeps 1.5 MB, and in JSON they are larger.
    static let maximumObjectBytes = 4 << 20

    private let transport: CurlTransport
    /// Of this client and its copies.
    var turns: PartTurns

    /// - Throws: ``TransportError`` if libcurl cannot be set up.
    package init(configuration: KubernetesConfiguration) throws {
        self.configuration = configuration
        turns = PartTurns(configuration.transport.maximumConnectionsPerHost)
        transport = try CurlTransport(configuration: configuration.transport)
    }

    /// Reads a Secret; nil if there is none.
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

    /// Lists the one Secret of a name, once.
    func list(_ object: ObjectName) async throws -> SecretList {
        let request = KubernetesRequest(verb: .list, object: object)
        let answer = try await send(request)
        return try decoding(request) { () throws(Malformed) in try SecretList(answer, object) }
    }

    /// Opens a watch of one Secret; each line of it is one event.
    ///
    /// - Parameter time: After how long the server is to end it.
    func watch(_ object: ObjectName, from resourceVersion: String, time: Duration) async throws -> SecretEvents {
        let query = [
            ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
            ("timeoutSeconds", "\(max(1, time.components.seconds))"),
        ]
        let request = KubernetesRequest(verb: .watch, object: object, query: query)
        // Its head comes at once, whether there are events or not; and the server should have ended it by then.
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
    /// - Returns: the object, list or status that is the answer.
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

    /// Sends a request, and once more if the token turns out to have been replaced under it.
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
            // A second create is refused, or makes a second object; everything else says how it is to be.
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

    /// Does it again, if it may go through after a while: for what says how something is to be.
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

/// The places for parts of a pass that ask one API server at the same time, as many as it gets connections: so the time of
/// a part is its own, and not that of the hundreds before it.
///
/// Where no part got an answer any more, one for each place, the others are given up at once: a server that hangs costs a
/// pass the time of one part, however many there are. So the place of a part that ran out of time is not given on before
/// it is known how those beside it ended.
actor PartTurns {
    private let count: Int
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Parts that are under way.
    private var underWay = 0
    /// Freed places of parts that timed out, not yet assigned.
    private var withheld = 0
    /// Parts that ran out of time since one was answered.
    private var silences = 0
    private var lastSilence: ContinuousClock.Instant?
    private let now: @Sendable () -> ContinuousClock.Instant

    init(_ count: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.count = count
        self.now = now
        free = count
    }

    /// Waits for a place.
    func enter() async {
        if free > 0 {
            free -= 1
            underWay += 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Gives the place on.
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

    /// Whether the server has stopped to answer, as far as was seen within the last while.
    func isSilent(within time: Duration) -> Bool {
        guard silences >= count, let lastSilence else { return false }
        return now() - lastSilence < time
    }
}
