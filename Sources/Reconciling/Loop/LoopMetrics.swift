import AuthentikAPI
import Metrics
import Planning

/// What the loop counts; ``MetricName`` has the names.
struct LoopMetrics: Sendable {
    private let duration = Timer(label: "reconcile_pass_duration_seconds")
    private let retries = Counter(label: "reconcile_authentik_retries_total")
    private let fights = Counter(label: "reconcile_fights_total")

    func passEnded(_ pass: FinishedPass, _ duration: Duration) {
        Counter(label: "reconcile_passes_total", dimensions: [("result", pass.result.rawValue)]).increment()
        self.duration.record(duration: duration)
    }

    func sent(_ request: RequestRecord) {
        let dimensions = [
            ("method", request.method), ("endpoint", request.endpoint.rawValue),
            ("status", request.status.map(String.init) ?? "none"),
        ]
        Counter(label: "reconcile_authentik_requests_total", dimensions: dimensions).increment()
    }

    func retried() { retries.increment() }

    func wrote(_ action: WriteRecord.Action) {
        Counter(label: "reconcile_writes_total", dimensions: [("action", action.rawValue)]).increment()
    }

    func happened(_ event: LedgerEvent) {
        switch event {
        case .mended(_, let fields):
            for field in fields {
                let dimensions = [("object", field.object), ("field", field.field)]
                Counter(label: "reconcile_drift_mended_total", dimensions: dimensions).increment()
            }
        case .fightBegan: fights.increment()
        default: break
        }
    }
}
