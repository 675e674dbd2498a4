import AuthentikAPI
import Metrics
import Planning
import Status

/// What the loop counts.
struct LoopMetrics: Sendable {
    func passEnded(_ pass: FinishedPass, _ duration: Duration) {
        count(.passes, (.result, pass.result.rawValue))
        Timer(label: MetricName.passDuration.rawValue).record(duration: duration)
    }

    func sent(_ request: RequestRecord) {
        count(
            .requests,
            (.method, request.method),
            (.endpoint, request.endpoint.rawValue),
            (.status, request.status.map(String.init) ?? MetricLabel.noAnswer)
        )
    }

    func retried() { count(.retries) }

    func wrote(_ action: WriteRecord.Action) { count(.writes, (.action, action.rawValue)) }

    func happened(_ event: LedgerEvent) {
        switch event {
        case .mended(_, let fields):
            for field in fields { count(.driftMended, (.object, field.object), (.field, field.field)) }
        case .fightBegan: count(.fightsBegun)
        default: break
        }
    }

    private func count(_ name: MetricName, _ labels: (MetricLabel, String)...) {
        Counter(label: name.rawValue, dimensions: labels.map { ($0.0.rawValue, $0.1) }).increment()
    }
}
