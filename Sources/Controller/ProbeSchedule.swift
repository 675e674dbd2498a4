import Applying
import DesiredState
import Kinds
import Planning
import Verification

/// Which logins are probed after a pass: a pure decision.
///
/// | the service | is due |
/// |---|---|
/// | is not as declared, or has nothing to probe | never |
/// | was never probed | at once |
/// | was written to, or something it needs was, or its declaration changed | at once |
/// | failed a check, or was not checked completely | after each pass |
/// | was verified, and nothing changed | spread over the second half of the period |
///
/// There is no separate timer: what is due waits for the end of the next pass.
struct ProbeSchedule: Sendable {
    /// The time within which each login is verified.
    private(set) var period: AdaptiveInterval
    /// The number of services from which the time that all of them take is estimated.
    private static let sample = 20
    /// When verified services are due.
    private var due: [String: ContinuousClock.Instant] = [:]
    /// The declarations of services that were or will be probed.
    private var declared: [String: Service] = [:]

    init(period: AdaptiveInterval) {
        self.period = period
    }

    /// Called at the end of a pass.
    ///
    /// - Returns: the services to probe now.
    mutating func due(after report: PassReport, of desired: DesiredState, at time: ContinuousClock.Instant) -> Set<
        String
    > {
        let outcomes = Dictionary(report.outcomes.map { ($0.plan.slug, $0) }, uniquingKeysWith: { first, _ in first })
        let written = Set(report.shared.filter(\.isWritten).map(\.identity))
        var now: Set<String> = []
        var declared: [String: Service] = [:]
        for service in desired.services where service.isProbed {
            declared[service.slug] = service
            guard let outcome = outcomes[service.slug] else { continue }
            let isChanged =
                !outcome.written.isEmpty || !written.isDisjoint(with: outcome.plan.needs)
                || self.declared[service.slug] != service
            if isChanged { due[service.slug] = nil }
            guard outcome.isConverged else { continue }
            if due[service.slug].map({ $0 <= time }) ?? true { now.insert(service.slug) }
        }
        due = due.filter { declared[$0.key] != nil }
        self.declared = declared
        return now
    }

    /// Called at the end of probes.
    mutating func ended(_ report: VerificationReport, at time: ContinuousClock.Instant) {
        // Behind an outpost, Authentik itself has next to no work.
        let (probed, all) = (report.services.count { isOIDC($0.slug) }, declared.keys.count(where: isOIDC))
        // Of a few services it may be chance how long they took.
        if report.stopped == nil, probed > 0, probed >= min(Self.sample, all) {
            period.adapt(toWork: report.serverTime * (Double(all) / Double(probed)))
        }
        for (index, service) in report.services.enumerated() {
            let share = Double(index + 1) / Double(report.services.count)
            due[service.slug] = service.state == .verified ? time + period.duration * (0.5 + share / 2) : nil
        }
    }

    private func isOIDC(_ slug: String) -> Bool { declared[slug]?.provider != nil }
}
