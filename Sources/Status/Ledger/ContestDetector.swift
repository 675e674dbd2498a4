import AuthentikAPI
import Base

/// Detects conflicting changes, so that a service which somebody keeps changing is corrected less often.
///
/// Conflicting changes begin when the same field of the same service has been corrected ``threshold`` times within
/// ``window``. While they last, the service is checked in every pass but only corrected after a pause that doubles from
/// ``firstPause`` to ``longestPause``. They are over when the service has stayed as declared for ``window`` after its
/// last correction.
struct ContestDetector: Sendable {
    static let threshold = 3
    static let window: Duration = .seconds(3600)
    static let firstPause: Duration = .seconds(300)
    static let longestPause: Duration = .seconds(3600)

    private struct Record: Sendable {
        /// The times at which each field was corrected, oldest first; before the start, none older than the window.
        var corrections: [String: [Timestamp]] = [:]
        var lastCorrection: Timestamp
        /// The correction before the last one; the last one corrected changes that were made since then.
        var correctionBefore: Timestamp?
        var contest: ContestStatus?
        var pause = ContestDetector.firstPause
    }

    private var records: [String: Record] = [:]

    /// Records the correction of fields of a service.
    ///
    /// - Returns: whether conflicting changes begin with it.
    mutating func corrected(_ slug: String, _ fields: [String], at time: Timestamp) -> Bool {
        var record = records[slug] ?? Record(lastCorrection: time)
        defer { records[slug] = record }
        record.correctionBefore = records[slug]?.lastCorrection
        record.lastCorrection = time
        for field in fields { record.corrections[field, default: []].append(time) }
        if var contest = record.contest {
            record.pause = min(record.pause * 2, Self.longestPause)
            contest.corrections += 1
            contest.nextCorrectionAt = time.advanced(by: record.pause)
            contest.fields = Set(contest.fields + fields).sorted()
            record.contest = contest
            return false
        }
        record.corrections = record.corrections.compactMapValues { times in
            let recent = times.filter { $0.advanced(by: Self.window) > time }
            return recent.isEmpty ? nil : recent
        }
        let contested = record.corrections.filter { $0.value.count >= Self.threshold }
        guard let most = contested.values.map(\.count).max() else { return false }
        record.contest = ContestStatus(
            fields: contested.keys.sorted(),
            corrections: most,
            since: time,
            nextCorrectionAt: time.advanced(by: record.pause)
        )
        return true
    }

    /// The maximum difference between Authentik's clock and this program's.
    private static let clockDifference: Duration = .seconds(30)
    private static let namedBlueprints = 3

    /// Records which blueprints may have reverted a service: those that were applied between its last two corrections.
    ///
    /// - Parameter blueprints: the last applied ones; empty if somebody else made the changes.
    mutating func name(_ blueprints: [AppliedBlueprint], asOpponentsOf slug: String) {
        guard var record = records[slug], record.contest != nil, let start = record.correctionBefore else { return }
        let earliest = start.advanced(by: .zero - Self.clockDifference)
        let latest = record.lastCorrection.advanced(by: Self.clockDifference)
        let traces = blueprints.filter { $0.isEnabled && $0.isApplied }.map(BlueprintTrace.init)
            .filter { earliest <= $0.appliedAt && $0.appliedAt <= latest }
            .sorted { $0.appliedAt > $1.appliedAt }
        record.contest?.blueprints = traces.isEmpty ? nil : Array(traces.prefix(Self.namedBlueprints))
        records[slug] = record
    }

    /// Removes conflicting changes that are over.
    ///
    /// - Parameter drifted: the services that are not as declared now.
    /// - Returns: the services whose conflicting changes are over.
    mutating func expire(_ drifted: Set<String>, at time: Timestamp) -> [String] {
        let over = records.filter { slug, record in
            !drifted.contains(slug) && record.lastCorrection.advanced(by: Self.window) <= time
        }
        for slug in over.keys { records[slug] = nil }
        return over.filter { $0.value.contest != nil }.keys.sorted()
    }

    func contest(_ slug: String) -> ContestStatus? { records[slug]?.contest }

    /// The services that must not be corrected yet.
    func paused(at time: Timestamp) -> Set<String> {
        Set(records.filter { $0.value.contest.map { $0.nextCorrectionAt > time } ?? false }.keys)
    }

    /// When the first pause ends; nil without one.
    func firstPauseEnd(of slugs: Set<String>, after time: Timestamp) -> Timestamp? {
        slugs.compactMap { records[$0]?.contest?.nextCorrectionAt }.filter { $0 > time }.min()
    }
}
