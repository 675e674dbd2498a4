package import Applying
package import AuthentikAPI
package import Base
package import DesiredState
import Kinds
import Planning
import SecretSources
package import Secrets

/// What is remembered from pass to pass: what was in sync, and which services have conflicting changes.
///
/// It belongs to the loop, which decides by it which services are left alone for a while; the status only shows what it
/// found.
package struct DriftMemory: Sendable {
    private var drifts = DriftDetector()
    private var contests = ContestDetector()
    /// Those that were found changed in the last pass and left as they were.
    private var drifted: Set<String> = []

    package init() {}

    /// Forgets the services that are no longer declared.
    package mutating func declare(_ desired: DesiredState) { drifts.keep(Set(desired.services.map(\.slug))) }

    /// Takes note of what a pass found and did.
    ///
    /// - Parameter desired: what was declared when it began.
    package mutating func judge(_ report: PassReport, of desired: DesiredState, at time: Timestamp) -> DriftFindings {
        let declared = Dictionary(desired.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var findings = DriftFindings()
        drifted = []
        for outcome in report.outcomes {
            let slug = outcome.plan.slug
            if SyncState(outcome) == .drifted { drifted.insert(slug) }
            guard let service = declared[slug] else { continue }
            let secret = service.provider?.secret.flatMap { report.secrets.looks[$0] }
            let verdict = drifts.judge(outcome, service, secret)
            if case .found = verdict { findings.found.insert(slug) }
            guard verdict.isDrift, outcome.isConverged, !outcome.written.isEmpty else { continue }
            findings.corrected.insert(slug)
            let fields = outcome.plan.driftedFields.map(\.description)
            let isNew = contests.corrected(slug, fields, at: time)
            guard let contest = contests.contest(slug) else { continue }
            findings.contested.insert(slug)
            if isNew { findings.begun[slug] = contest }
        }
        judgeShared(report.shared, of: desired, into: &findings)
        findings.over = contests.expire(drifted, at: time)
        for outcome in report.outcomes { findings.contests[outcome.plan.slug] = contests.contest(outcome.plan.slug) }
        return findings
    }

    /// Names the blueprints that may be the other side of conflicting changes of which the audit log has no author.
    ///
    /// - Parameters:
    ///   - findings: of the pass that ended last.
    ///   - blueprints: those that were applied last.
    package mutating func explain(
        _ findings: inout DriftFindings,
        by blueprints: [AppliedBlueprint],
        except authors: Set<String>
    ) {
        for slug in findings.contested {
            contests.name(authors.contains(slug) ? [] : blueprints, asOpponentsOf: slug)
            let contest = contests.contest(slug)
            findings.contests[slug] = contest
            if findings.begun[slug] != nil { findings.begun[slug] = contest }
        }
    }

    private mutating func judgeShared(
        _ outcomes: [SharedOutcome],
        of desired: DesiredState,
        into findings: inout DriftFindings
    ) {
        let mappings = Dictionary(desired.scopeMappings.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for outcome in outcomes {
            let declaration = outcome.kind == .scopeMapping ? mappings[outcome.name] : nil
            let verdict = drifts.judge(outcome, declaration)
            if case .found = verdict { findings.sharedFound.insert(outcome.identity) }
            if verdict.isDrift, outcome.isWritten { findings.sharedCorrected.insert(outcome.identity) }
        }
        drifts.keepShared(Set(outcomes.map(\.identity)))
    }

    /// The services that the next pass is not to correct yet: those whose contest pauses, and whose declaration is still the
    /// same.
    package func paused(
        _ desired: DesiredState,
        _ secrets: [SecretReference: SecretLook],
        at time: Timestamp
    ) -> Set<String> {
        let paused = contests.paused(at: time)
        guard !paused.isEmpty else { return [] }
        let unchanged = desired.services.filter { drifts.isUnchanged($0, $0.provider?.secret.flatMap { secrets[$0] }) }
        return paused.intersection(unchanged.map(\.slug))
    }

    /// When the first service that waits in conflicting changes is corrected again; nil if none waits.
    package func firstPauseEnd(after time: Timestamp) -> Timestamp? {
        contests.firstPauseEnd(of: drifted, after: time)
    }
}

/// What a pass shows of drift, by the slugs of services.
package struct DriftFindings: Sendable {
    /// Somebody else changed them, and that is new.
    var found: Set<String> = []
    /// What somebody else changed was changed back.
    var corrected: Set<String> = []
    /// What was corrected of them is in conflict with somebody else's changes, since now or before.
    package internal(set) var contested: Set<String> = []
    /// What belongs to no service, and was changed by somebody else since the pass before.
    var sharedFound: Set<SharedName> = []
    /// What belongs to no service, and was restored.
    var sharedCorrected: Set<SharedName> = []
    /// Somebody keeps changing them, since now.
    var begun: [String: ContestStatus] = [:]
    /// Their conflicting changes stopped; sorted.
    var over: [String] = []
    /// The contests that go on, those that began now included.
    var contests: [String: ContestStatus] = [:]

    package init() {}
}
