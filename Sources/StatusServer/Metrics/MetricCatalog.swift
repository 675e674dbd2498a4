import AuthentikAPI
package import Controller
import Kinds
import Planning
package import PrometheusMetrics
import Status

/// All metrics of `GET /metrics`, with their descriptions.
package enum MetricCatalog {
    package static let families = MetricName.allCases.map(family) + ProcessMetrics.families

    /// From a pass with nothing to do on a fast machine to the default time limit of a pass.
    private static let passDurations = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

    package static func family(_ name: MetricName) -> MetricFamily {
        switch name {
        case .passes:
            counter(
                name,
                "Passes that ended: converged (everything is in sync), incomplete (everything was tried, and something "
                    + "is out of sync), failed (it could not observe Authentik and wrote nothing, or was cut short).",
                [label(.result, PassResult.allCases.map(\.rawValue))]
            )
        case .passDuration:
            MetricFamily(
                name.rawValue,
                help: "How long passes took, failed ones included.",
                kind: .histogram(buckets: passDurations)
            )
        case .requests:
            counter(
                name,
                "Requests that were sent to Authentik, each attempt counted, by the status of the answer ('none' if no "
                    + "answer came).",
                [label(.method), label(.endpoint), label(.status)]
            )
        case .retries: counter(name, "Requests to Authentik that were sent again because the previous attempt failed.")
        case .writes:
            counter(
                name,
                "Writes that succeeded, to Authentik and to what uses it in Kubernetes.",
                [label(.action, WriteRecord.Action.allCases.map(\.rawValue))]
            )
        case .driftCorrected:
            counter(
                name,
                "Fields whose drift was corrected: somebody else had changed them.",
                [label(.object), label(.field)]
            )
        case .contestsBegun: counter(name, "How often conflicting changes began: somebody kept changing a service.")
        case .notifications:
            counter(
                name,
                "Notifications to --notify-url: sent, failed (given up after several attempts), dropped (too many were "
                    + "waiting, or the program ended).",
                [label(.result, NotificationResult.allCases.map(\.rawValue))]
            )
        case .buildInfo: gauge(name, "Always 1; the label says which version of the program runs.", [label(.version)])
        case .leader: gauge(name, "Whether this process is the one that writes (1), or stands by (0).")
        case .services:
            gauge(
                name,
                "Services, declared or marked as the owner's, by state.",
                [label(.state, SyncState.allCases.map(\.rawValue))]
            )
        case .servicesByAccess:
            gauge(
                name,
                "Services by access: only the declared groups, users and policies (restricted); everybody, as declared "
                    + "(everyone); only some of the declared ones, since others were deleted (incomplete); nobody, since "
                    + "all were deleted (closed); unchanged, since one never existed (blocked); not declared (unmanaged). "
                    + "Absent if no file declares access.",
                [label(.access, AccessRecord.metricStates)]
            )
        case .servicesExposed:
            gauge(
                name,
                "Services that everybody may open since they have no binding, without being declared so; absent if no "
                    + "file manages access."
            )
        case .servicesByServed:
            gauge(
                name,
                "Services with forward-auth by their outpost: it serves them and was seen recently (served), does not have "
                    + "them (not-in-outpost), was not seen recently (outpost-not-seen), or cannot be read (unknown). Absent "
                    + "without such services.",
                [label(.served, ServingRecord.states)]
            )
        case .sharedObjects:
            gauge(
                name,
                "Declared objects that belong to no service, such as groups, by kind and state; absent for a kind that "
                    + "the files do not declare.",
                [label(.kind, Kind.all.map(\.id)), label(.state, SharedStatus.states.map(\.rawValue))]
            )
        case .contests:
            gauge(name, "Services with conflicting changes, which are corrected less often.")
        case .fileValid:
            gauge(
                name,
                "Whether the present desired-state files are valid and in force (1), or an older version is (0)."
            )
        case .fileLoaded: gauge(name, "When the desired state that is in force was read, in seconds since the epoch.")
        case .authentikReachable:
            gauge(name, "Whether Authentik answered the last time; absent until it was asked.")
        case .lastAttempt:
            gauge(name, "When the last pass ended, in seconds since the epoch; absent until one did.")
        case .lastSuccess:
            gauge(
                name,
                "When the last successful pass ended, in seconds since the epoch; absent until there was one."
            )
        case .nextPass:
            gauge(
                name,
                "When the next pass is due, in seconds since the epoch; absent while one runs, or if none is due."
            )
        case .failuresInARow: gauge(name, "The current number of passes that failed in a row.")
        case .deletionsHeld:
            gauge(name, "Deletions of services that the deletion limit holds back.")
        }
    }

    private static func counter(
        _ name: MetricName,
        _ help: String,
        _ labels: [MetricFamily.Label] = []
    ) -> MetricFamily {
        MetricFamily(name.rawValue, help: help, kind: .counter, labels: labels)
    }

    /// Gauges are read from the status on request.
    private static func gauge(
        _ name: MetricName,
        _ help: String,
        _ labels: [MetricFamily.Label] = []
    ) -> MetricFamily {
        MetricFamily(name.rawValue, help: help, kind: .gauge, labels: labels, isSampled: true)
    }

    private static func label(_ label: MetricLabel, _ values: [String] = []) -> MetricFamily.Label {
        MetricFamily.Label(label.rawValue, values: values)
    }
}
