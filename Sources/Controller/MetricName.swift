/// The names of this program's own metrics.
///
/// What they are stands in the catalog of the status server. Whoever counts takes them from here, as labels of handles
/// of swift-metrics. Renaming one breaks somebody's alerts: it is part of what the program promises.
package enum MetricName: String, Sendable, CaseIterable {
    // Counted while it happens.
    case passes = "reconcile_passes_total"
    case passDuration = "reconcile_pass_duration_seconds"
    case requests = "reconcile_authentik_requests_total"
    case retries = "reconcile_authentik_retries_total"
    case writes = "reconcile_writes_total"
    case driftMended = "reconcile_drift_mended_total"
    case fightsBegun = "reconcile_fights_begun_total"

    // Read of the status when somebody asks.
    case buildInfo = "reconcile_build_info"
    case leader = "reconcile_leader"
    case services = "reconcile_services"
    case fights = "reconcile_fights"
    case fileValid = "reconcile_file_valid"
    case fileLoaded = "reconcile_file_loaded_timestamp_seconds"
    case authentikReachable = "reconcile_authentik_reachable"
    case lastAttempt = "reconcile_last_attempt_timestamp_seconds"
    case lastSuccess = "reconcile_last_success_timestamp_seconds"
    case nextPass = "reconcile_next_pass_timestamp_seconds"
    case failuresInARow = "reconcile_failures_in_a_row"
    case deletionsHeld = "reconcile_deletions_held"
}
