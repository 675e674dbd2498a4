import AuthentikAPI
import Kinds
import Metrics
import Notifications
import Planning
import Status

/// The counters of the loop.
struct LoopMetrics: Sendable {
    func passEnded(_ pass: FinishedPass, _ duration: Duration) {
        count(.passes, (.result, pass.result.rawValue))
        Timer(label: MetricName.passDuration.rawValue).record(duration: duration)
    }

    func sent(_ request: RequestRecord) {
        count(
            .requests,
            (.method, request.method),
            (.endpoint, request.endpoint.path),
            (.status, request.status.map(String.init) ?? MetricLabel.noAnswer)
        )
    }

    func retried() { count(.retries) }

    func wrote(_ action: WriteRecord.Action) { count(.writes, (.action, action.rawValue)) }

    func happened(_ event: LedgerEvent) {
        switch event {
        case .corrected(let service, _): corrected(service.driftedFields)
        case .sharedCorrected(let object, _): corrected(object.driftedFields)
        case .contestBegan: count(.contestsBegun)
        default: break
        }
    }

    func notified(_ outcome: NotificationSender.Outcome) {
        let (result, number): (NotificationResult, Int) =
            switch outcome {
            case .sent: (.sent, 1)
            case .failed: (.failed, 1)
            case .dropped(let number), .abandoned(let number): (.dropped, number)
            case .retrying: (.failed, 0)
            }
        for _ in 0..<number { count(.notifications, (.result, result.rawValue)) }
    }

    private func corrected(_ fields: [DriftedField]) {
        for field in fields { count(.driftCorrected, (.object, field.object), (.field, field.metricLabel)) }
    }

    private func count(_ name: MetricName, _ labels: (MetricLabel, String)...) {
        Counter(label: name.rawValue, dimensions: labels.map { ($0.0.rawValue, $0.1) }).increment()
    }
}

extension DriftedField {
    /// The field as the value of a metric's label with few values: a single binding is `binding`, whatever its subject.
    fileprivate var metricLabel: String {
        let isSingle = object == ObjectKind.access.rawValue && field.contains(" ")
        return isSingle ? "binding" : field
    }
}

/// The names of this program's own metrics.
///
/// They are described in the catalog of the status server, and used as labels of swift-metrics handles. They are part
/// of the program's interface: renaming one breaks users' alerts.
package enum MetricName: String, Sendable, CaseIterable {
    // Counted when it happens.
    case passes = "reconcile_passes_total"
    case passDuration = "reconcile_pass_duration_seconds"
    case requests = "reconcile_authentik_requests_total"
    case retries = "reconcile_authentik_retries_total"
    case writes = "reconcile_writes_total"
    case driftCorrected = "reconcile_drift_corrected_total"
    case contestsBegun = "reconcile_contests_begun_total"
    case notifications = "reconcile_notifications_total"

    // Read from the status when it is scraped.
    case buildInfo = "reconcile_build_info"
    case leader = "reconcile_leader"
    case services = "reconcile_services"
    case servicesByAccess = "reconcile_services_by_access"
    case servicesExposed = "reconcile_services_exposed"
    case servicesByServed = "reconcile_services_by_served"
    case sharedObjects = "reconcile_shared_objects"
    case contests = "reconcile_services_contested"
    case fileValid = "reconcile_file_valid"
    case fileLoaded = "reconcile_file_loaded_timestamp_seconds"
    case authentikReachable = "reconcile_authentik_reachable"
    case lastAttempt = "reconcile_last_attempt_timestamp_seconds"
    case lastSuccess = "reconcile_last_success_timestamp_seconds"
    case nextPass = "reconcile_next_pass_timestamp_seconds"
    case failuresInARow = "reconcile_failures_in_a_row"
    case deletionsHeld = "reconcile_deletions_held"
}

/// The outcome of a notification.
package enum NotificationResult: String, Sendable, CaseIterable {
    case sent
    /// Given up after several attempts, or because another one would fail as well.
    case failed
    /// Too many were queued, or the program ended.
    case dropped
}

/// The names of the labels of this program's own metrics; each has few values.
package enum MetricLabel: String, Sendable, CaseIterable {
    /// A raw value of ``PassResult``, or of ``NotificationResult``.
    case result
    /// An HTTP method.
    case method
    /// The path of an `Endpoint`, never with a key.
    case endpoint
    /// An HTTP status, or ``noAnswer``.
    case status
    /// A raw value of `WriteRecord.Action`.
    case action
    /// A raw value of `ObjectKind`.
    case object
    /// Authentik's name of a field: `redirect_uris`; for access the file's, or `binding`.
    case field
    /// A raw value of ``SyncState``.
    case state
    /// One of `AccessRecord.metricStates`.
    case access
    /// One of `ServingRecord.states`.
    case served
    /// The id of a `Kind` whose objects belong to no service.
    case kind
    /// The program's version.
    case version

    /// The value of ``status`` if there was no answer.
    package static let noAnswer = "none"
}
