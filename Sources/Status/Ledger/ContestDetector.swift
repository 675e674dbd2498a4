import Base

/// Finds who keeps changing a service back, and corrects that service less often.
///
/// The same field of the same service corrected ``threshold`` times within ``window`` is a contest. While it lasts, the
/// service is looked at in every pass and corrected only after a pause that doubles from ``firstPause`` to
/// ``longestPause``. It is over when the service stayed as declared for ``window`` after it was last corrected.
struct ContestDetector: Sendable {
    static let threshold = 3
    static let window: Duration = .seconds(3600)
    static let firstPause: Duration = .seconds(300)
    static let longestPause: Duration = .seconds(3600)

    private struct Record: Sendable {
        /// When each field was corrected, the oldest first; none older than the window before a contest begins.
        var corrections: [String: [Timestamp]] = [:]
        var lastCorrection: Timestamp
        var contest: ContestStatus?
        var pause = ContestDetector.firstPause
    }

    private var records: [String: Record] = [:]

    /// Notes that fields of a service were corrected.
    ///
    /// - Returns: whether a contest begins with it.
    mutating func corrected(_ slug: String, _ fields: [String], at time: Timestamp) -> Bool {
        var record = records[slug] ?? Record(lastCorrection: time)
        defer { records[slug] = record }
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

    /// Ends what is over.
    ///
    /// - Parameter drifted: the services that are not as declared now.
    /// - Returns: the services whose contests are over.
    mutating func expire(_ drifted: Set<String>, at time: Timestamp) -> [String] {
        let over = records.filter { slug, record in
            !drifted.contains(slug) && record.lastCorrection.advanced(by: Self.window) <= time
        }
        for slug in over.keys { records[slug] = nil }
        return over.filter { $0.value.contest != nil }.keys.sorted()
    }

    func contest(_ slug: String) -> ContestStatus? { records[slug]?.contest }

    /// The services that are not to be corrected yet.
    func paused(at time: Timestamp) -> Set<String> {
        Set(records.filter { $0.value.contest.map { $0.nextCorrectionAt > time } ?? false }.keys)
    }

    /// When the first pause ends; nil without one.
    func firstPauseEnd(of slugs: Set<String>, after time: Timestamp) -> Timestamp? {
        slugs.compactMap { records[$0]?.contest?.nextCorrectionAt }.filter { $0 > time }.min()
    }
}
