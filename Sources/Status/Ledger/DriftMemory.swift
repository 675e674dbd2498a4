package import Applying
package import AuthentikAPI
package import Base
package import DesiredState
import Kinds
import Planning
import SecretSources
package import Secrets

/// State kept from pass to pass: what was in sync, and which services have conflicting changes.
///
/// It belongs to the loop, which uses it to decide which services to leave alone for a while; the status only shows the
/// findings.
package struct DriftMemory: Sendable {
    private var drifts = DriftDetector()
    private var contests = ContestDetector()
    /// The services that were found changed in the last pass and were not corrected.
    private var drifted: Set<String> = []

    package init() {}

    /// Forgets the services that are no longer declared.
    package mutating func declare(_ desired: DesiredState) { drifts.keep(Set(desired.services.map(\.slug))) }

    /// Records the result of a pass.
    ///
    /// - Parameter desired: the declarations when the pass began.
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

    /// Names the blueprints that may be the other party in conflicting changes without an author in the audit log.
    ///
    /// - Parameters:
    ///   - findings: of the last pass.
    ///   - blueprints: the last applied ones.
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

    /// The services that the next pass must not correct yet: their pauses are not over, and their declarations are
    /// unchanged.
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

    /// When the first paused service is corrected again; nil if none is paused.
    package func firstPauseEnd(after time: Timestamp) -> Timestamp? {
        contests.firstPauseEnd(of: drifted, after: time)
    }
}

/// The drift found by a pass, by slug.
package struct DriftFindings: Sendable {
    /// Services with new changes by somebody else.
    var found: Set<String> = []
    /// Services whose drift was corrected.
    var corrected: Set<String> = []
    /// Services with conflicting changes in the corrected fields, new or not.
    package internal(set) var contested: Set<String> = []
    /// Shared objects that somebody else changed since the previous pass.
    var sharedFound: Set<SharedName> = []
    /// Shared objects that were restored.
    var sharedCorrected: Set<SharedName> = []
    /// Services whose conflicting changes begin now.
    var begun: [String: ContestStatus] = [:]
    /// Services whose conflicting changes have stopped; sorted.
    var over: [String] = []
    /// All current conflicting changes, including new ones.
    var contests: [String: ContestStatus] = [:]

    package init() {}
}
