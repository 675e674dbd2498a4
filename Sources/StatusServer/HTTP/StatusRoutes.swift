import Base
import Controller
import HTTPTypes
import JSON
import NIOCore
import PrometheusMetrics
import Secrets
import Status

/// The endpoints.
///
/// | path | |
/// |---|---|
/// | `GET /` | the page; see ``PageQuery`` for the services that it shows |
/// | `GET /status` | ``StatusDocument`` as JSON; `?service=SLUG` and `?state=STATE` select services |
/// | `GET /metrics` | Prometheus text |
/// | `GET /healthz`, `GET /readyz` | 200 or 503, with the reason; see ``Readiness`` |
/// | `POST /reconcile` | requests a pass: 202 with its number, or with `?wait=true` 200 with its report |
///
/// GET implies HEAD. The page and the status have an `ETag`. Errors are `{"error": "…"}`.
struct StatusRoutes: Sendable {
    /// The maximum number of requests waiting for the end of a pass: each occupies a connection.
    private static let mostWaiting = 64

    private let loop: ReconcileLoop
    private let registry: PrometheusRegistry
    private let settings: StatusServerSettings
    private let rendering: StatusRendering

    init(
        loop: ReconcileLoop,
        registry: PrometheusRegistry,
        settings: StatusServerSettings,
        rendering: StatusRendering
    ) {
        self.loop = loop
        self.registry = registry
        self.settings = settings
        self.rendering = rendering
    }

    /// - Parameter mayTrigger: whether a request for a pass under the same host name would be accepted.
    func answer(_ call: StatusCall, mayTrigger: Bool) async -> Reply {
        let isGet = call.method == "GET" || call.method == "HEAD"
        switch call.path {
        case "/": return isGet ? page(call, mayTrigger: mayTrigger) : notAllowed("GET, HEAD")
        case "/status": return isGet ? status(call) : notAllowed("GET, HEAD")
        case "/metrics": return isGet ? metrics() : notAllowed("GET, HEAD")
        case "/healthz":
            return isGet ? health(Readiness.liveness, loop.settings.livenessLimit) : notAllowed("GET, HEAD")
        case "/readyz":
            return isGet ? health(Readiness.readiness, loop.settings.readinessLimit) : notAllowed("GET, HEAD")
        case "/reconcile": return call.method == "POST" ? await reconcile(call) : notAllowed("POST")
        default: return .error(.notFound, "not found; available are /, /status, /metrics, /healthz, /readyz")
        }
    }

    private func page(_ call: StatusCall, mayTrigger: Bool) -> Reply {
        let query: PageQuery
        do {
            query = try PageQuery(call.query)
        } catch {
            return .error(.badRequest, error.description)
        }
        let button: PassButton = !mayTrigger ? .none : settings.triggerToken == nil ? .plain : .withToken
        let (document, _, tag) = rendering.current(button.rawValue)
        let isSeen = call.hasSeen(tag)
        let body = isSeen ? [] : [ByteBuffer(string: StatusPage.render(document, query, button: button))]
        return Reply(isSeen ? .notModified : .ok, "text/html; charset=utf-8", body).with(.eTag, tag)
            .with(.contentSecurityPolicy, StatusPage.contentSecurityPolicy)
    }

    private func status(_ call: StatusCall) -> Reply {
        let filter: ServiceFilter
        do {
            filter = try call.query.services()
        } catch {
            return .error(.badRequest, error.description)
        }
        let (document, revision, tag) = rendering.current()
        // Nothing is rendered for a client that already has it.
        let isSeen = call.hasSeen(tag)
        let body = isSeen ? [] : rendering.json(document, revision: revision, filter)
        return Reply(isSeen ? .notModified : .ok, "application/json", body).with(.eTag, tag)
    }

    private func metrics() -> Reply {
        let samples = StatusMetrics.samples(of: loop.board.current.document) + ProcessMetrics().samples()
        let body = ByteBuffer(string: registry.render(adding: samples))
        return Reply(.ok, PrometheusRegistry.contentType, [body])
    }

    private func health(_ judge: (StatusDocument, Timestamp, Duration) -> Readiness, _ limit: Duration) -> Reply {
        let readiness = judge(loop.board.current.document, .now, limit)
        return .json(
            readiness.isWell ? .ok : .serviceUnavailable,
            ["isWell": .bool(readiness.isWell), "reason": .string(readiness.reason)]
        )
    }

    private func reconcile(_ call: StatusCall) async -> Reply {
        if let refusal = refusal(call) { return refusal }
        let status = loop.board.current.document
        guard status.program.isLeader else {
            return .error(.serviceUnavailable, "no pass runs here: \(status.message)")
        }
        if call.query.isOn("wait"), await loop.waiting >= Self.mostWaiting {
            return .error(
                .serviceUnavailable,
                "too many requests are waiting for a pass; try again later, or without 'wait'"
            )
        }
        let number = await loop.ask(.request)
        // The page's form was sent without its script.
        if call.wantsPage { return .error(.seeOther, "see the page").with(.location, "./") }
        guard call.query.isOn("wait") else {
            return .json(.accepted, ["pass": .integer(number)]).with(.location, "/status")
        }
        guard let answer = await loop.answer(to: number) else {
            let why = await loop.whyNoWrites ?? "ask again"
            return .error(.serviceUnavailable, "no further pass begins: \(why)")
        }
        return .json(.ok, encoding: answer)
    }

    private func refusal(_ call: StatusCall) -> Reply? {
        guard let read = settings.triggerToken else { return nil }
        guard let token = read() else {
            return .error(.serviceUnavailable, "the server cannot read its trigger token")
        }
        let prefix = "bearer "
        let given = call.authorization.flatMap { value -> Substring? in
            value.lowercased().hasPrefix(prefix) ? value.dropFirst(prefix.count) : nil
        }
        if let given, token.isSent(as: given) { return nil }
        return .error(.unauthorized, "missing or wrong bearer token; send the trigger token of the server")
            .with(.wwwAuthenticate, "Bearer realm=\"reconcile\"")
    }

    private func notAllowed(_ methods: String) -> Reply {
        .error(.methodNotAllowed, "method not allowed; use \(methods)").with(.allow, methods)
    }
}
