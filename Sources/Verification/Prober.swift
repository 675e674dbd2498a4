import AuthentikAPI
import Base
import CurlTransport
import Kinds
import Synchronization

/// The limits of probes.
package struct ProbeLimits: Sendable {
    /// The time limit of one request.
    package var answer: Duration
    /// The response time above which Authentik counts as slow, and probes end.
    package var slow: Duration
    /// How many services are probed concurrently; each one is probed sequentially.
    package var atOnce = 2

    package init(slow: Duration = .seconds(3)) {
        self.slow = slow
        answer = max(.seconds(10), slow)
    }
}

/// Sends the probes of one service; ``ExpectedLogin`` and ``ExpectedOutpost`` evaluate the responses.
struct Prober: Sendable {
    let client: AuthentikClient
    /// The base URL of the OAuth2 endpoints, without a trailing slash.
    let address: String
    let limits: ProbeLimits
    /// Shared by all services.
    let course: ProbeCourse

    /// Sends at most four requests to Authentik (discovery, keys, login, secret), or one to an outpost.
    ///
    /// A login button takes one more request to the service, and one for each redirect within it.
    ///
    /// - Throws: `CancellationError`.
    func probe(_ expectation: Expectation) async throws -> ServiceVerification {
        switch expectation {
        case .oidc(let login): try await probe(login)
        case .outpost(let outpost): try await probe(outpost)
        }
    }

    private func probe(_ login: ExpectedLogin) async throws -> ServiceVerification {
        var seen = ServiceVerification(slug: login.slug, isComplete: false)
        let application = "\(address)/application/o/\(percentEncoded(login.slug))"

        var url = "\(application)/.well-known/openid-configuration"
        guard let discovery = try await askAuthentik(url, .discovery) else { return seen }
        seen.results = login.discovery(discovery, at: url)
        guard seen.results.first?.isPassed == true else {
            // Nothing else can be checked without it.
            seen.isComplete = true
            return seen
        }

        url = "\(application)/jwks/"
        guard let keys = try await askAuthentik(url, .keySet) else { return seen }
        seen.results.append(login.keys(keys, at: url))

        url = "\(address)/application/o/authorize/"
        if let obstacle = login.loginObstacle {
            seen.results.append(CheckResult(.login, obstacle))
        } else if let redirectURI = login.redirectURI {
            let query = login.loginQuery(redirectURI).map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
            guard let reply = try await askAuthentik("\(url)?\(query)", .authorization) else { return seen }
            seen.results.append(login.login(reply, redirectURI: redirectURI, at: url))
        }

        if let obstacle = login.secretObstacle {
            seen.results.append(CheckResult(.secret, obstacle))
        } else if case .known(let secret, let reference) = login.secret {
            guard let proof = try await prove(ClientCredentials(id: login.clientID, secret: secret)) else {
                return seen
            }
            seen.results.append(login.secret(proof, reference: reference))
        }
        if let button = login.button {
            guard let result = try await press(button, of: login) else { return seen }
            seen.results.append(result)
        }
        seen.isComplete = true
        return seen
    }

    /// Follows the login button of a service until it leaves the service.
    ///
    /// - Returns: nil if the probes have been ended.
    private func press(_ button: ExpectedButton, of login: ExpectedLogin) async throws -> CheckResult? {
        var url = button.url
        for hop in 0... {
            guard course.begin() else { return nil }
            let reply = try await reply(url, nil)
            guard hop < Self.hops, let next = login.next(after: reply, at: url) else {
                return login.button(reply, at: url, button)
            }
            url = next
        }
        return nil
    }

    /// The maximum number of redirects followed within a service.
    private static let hops = 3

    /// A service whose host is slow or silent does not end the probes of the others.
    private func probe(_ outpost: ExpectedOutpost) async throws -> ServiceVerification {
        guard course.begin() else { return ServiceVerification(slug: outpost.slug, isComplete: false) }
        let url = outpost.pingURL
        return ServiceVerification(
            slug: outpost.slug,
            results: [outpost.ping(try await reply(url, .outpostPing), at: url)]
        )
    }

    // MARK: - Requests

    /// - Returns: nil if the probes have been ended.
    private func askAuthentik(_ url: String, _ endpoint: Endpoint) async throws -> ProbeReply? {
        guard course.begin() else { return nil }
        let start = ContinuousClock.now
        let reply = try await reply(url, endpoint)
        let place = String(url.prefix { $0 != "?" })
        if let reason = reply.endsProbes(at: place) { course.end(reason) }
        checkPace(since: start, place)
        return reply
    }

    /// The credentials are sent to the API's address only, like the token.
    private func prove(_ credentials: ClientCredentials) async throws -> SecretProof? {
        guard course.begin() else { return nil }
        let start = ContinuousClock.now
        var client = client
        client.retryPolicy.maximumAttempts = 1
        client.deadline = min(client.deadline ?? start + limits.answer, start + limits.answer)
        let proof = try await client.prove(credentials)
        checkPace(since: start, "\(client.address)/application/o/revoke/")
        return proof
    }

    private func reply(_ url: String, _ endpoint: Endpoint?) async throws -> ProbeReply {
        do {
            return .answer(try await client.visit(url, of: endpoint, within: limits.answer))
        } catch let error as TransportError {
            return .none(error)
        }
    }

    private func checkPace(since start: ContinuousClock.Instant, _ place: String) {
        let taken = ContinuousClock.now - start
        course.add(taken)
        if taken > limits.slow { course.end("Authentik is slow: \(place) took \(seconds(taken))") }
    }
}

/// Counts the requests of all probes, and ends them early.
final class ProbeCourse: Sendable {
    private let state = Mutex((requests: 0, stopped: String?.none, serverTime: Duration.zero))

    /// Counts a request.
    ///
    /// - Returns: false if no more requests may be sent.
    func begin() -> Bool {
        state.withLock { state in
            guard state.stopped == nil else { return false }
            state.requests += 1
            return true
        }
    }

    /// Ends the probes; the first reason is kept.
    func end(_ reason: String) { state.withLock { $0.stopped = $0.stopped ?? reason } }

    /// Adds the time that Authentik took for an answer.
    func add(_ time: Duration) { state.withLock { $0.serverTime += time } }

    var serverTime: Duration { state.withLock(\.serverTime) }
    var requests: Int { state.withLock(\.requests) }
    var stopped: String? { state.withLock(\.stopped) }
}
