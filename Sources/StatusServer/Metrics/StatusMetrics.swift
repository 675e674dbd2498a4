import Base
import Controller
import FoundationEssentials
import Kinds
import Planning
package import PrometheusMetrics
package import Status

/// The status as metrics.
///
/// They are read on request, so that the two are always consistent. What is not known yet is absent: a 0 would be
/// wrong.
package enum StatusMetrics {
    package static func samples(of status: StatusDocument) -> [MetricSample] {
        let passes = status.passes
        let services = SyncState.allCases.map { state in
            let count = status.totals.states[state.rawValue, default: 0]
            return sample(.services, [(.state, state.rawValue)], Double(count))
        }
        let shared = status.shared.byKind.flatMap { kind, objects in
            SharedStatus.states(of: kind).map { state in
                let count = objects.count { $0.state == state }
                return sample(.sharedObjects, [(.kind, kind.id), (.state, state.rawValue)], Double(count))
            }
        }
        return services + access(of: status.services) + serving(of: status.services) + shared + [
            sample(.buildInfo, [(.version, status.program.version)], 1),
            sample(.leader, status.program.isLeader),
            sample(.contests, status.totals.contested),
            sample(.fileValid, status.file.isValid),
            sample(.fileLoaded, status.file.loadedAt),
            sample(.failuresInARow, passes.failuresInARow),
            sample(.deletionsHeld, status.heldDeletions?.deletions ?? 0),
        ]
            + [
                status.authentik.isReachable.map { sample(.authentikReachable, $0) },
                passes.lastAttempt.map { sample(.lastAttempt, $0.finishedAt) },
                passes.lastSuccess.map { sample(.lastSuccess, $0.finishedAt) },
                passes.next.map { sample(.nextPass, $0.at) },
            ].compactMap { $0 }
    }

    private static func access(of services: [ServiceStatus]) -> [MetricSample] {
        let known = services.compactMap(\.access)
        guard !known.isEmpty else { return [] }
        let states = AccessRecord.metricStates.map { state in
            let count = known.count { $0.metricState == state }
            return sample(.servicesByAccess, [(.access, state)], Double(count))
        }
        return states + [sample(.servicesExposed, known.count(where: \.isExposed))]
    }

    private static func serving(of services: [ServiceStatus]) -> [MetricSample] {
        let known = services.compactMap(\.serving)
        guard !known.isEmpty else { return [] }
        return ServingRecord.states.map { state in
            sample(.servicesByServed, [(.served, state)], Double(known.count { $0.state == state }))
        }
    }

    private static func sample(
        _ name: MetricName,
        _ labels: [(MetricLabel, String)],
        _ value: Double
    ) -> MetricSample {
        MetricSample(name.rawValue, labels.map { ($0.0.rawValue, $0.1) }, value)
    }

    private static func sample(_ name: MetricName, _ value: Int) -> MetricSample { sample(name, [], Double(value)) }

    private static func sample(_ name: MetricName, _ value: Bool) -> MetricSample { sample(name, value ? 1 : 0) }

    private static func sample(_ name: MetricName, _ time: Timestamp) -> MetricSample {
        sample(name, [], time.date.timeIntervalSince1970)
    }
}
