import Base

/// Finds who keeps changing a service back, and mends that service more slowly.
///
/// The same field of the same service mended ``threshold`` times within ``window`` is a fight. While it lasts, the
/// service is looked at in every pass and mended only after a pause that doubles from ``firstPause`` to
/// ``longestPause``. It is over when the service stayed as declared for ``window`` after it was last mended.
struct FightDetector: Sendable {
    static let threshold = 3
    static let window: Duration = .seconds(3600)
    static let firstPause: Duration = .seconds(300)
    static let longestPause: Duration = .seconds(3600)

    private struct Record: Sendable {
        /// When each field was mended, the oldest first; none older than the window before a fight begins.
        var mends: [String: [Timestamp]] = [:]
        var lastMend: Timestamp
        var fight: FightStatus?
        var pause = FightDetector.firstPause
    }

    private var records: [String: Record] = [:]

    /// Notes that fields of a service were mended.
    ///
    /// - Returns: whether a fight begins with it.
    mutating func mended(_ slug: String, _ fields: [String], at time: Timestamp) -> Bool {
        var record = records[slug] ?? Record(lastMend: time)
        defer { records[slug] = record }
        record.lastMend = time
        for field in fields { record.mends[field, default: []].append(time) }
        if var fight = record.fight {
            record.pause = min(record.pause * 2, Self.longestPause)
            fight.mends += 1
            fight.nextMendAt = time.advanced(by: record.pause)
            fight.fields = Set(fight.fields + fields).sorted()
            record.fight = fight
            return false
        }
        record.mends = record.mends.compactMapValues { times in
            let recent = times.filter { $0.advanced(by: Self.window) > time }
            return recent.isEmpty ? nil : recent
        }
        let contested = record.mends.filter { $0.value.count >= Self.threshold }
        guard let most = contested.values.map(\.count).max() else { return false }
        record.fight = FightStatus(
            fields: contested.keys.sorted(),
            mends: most,
            since: time,
            nextMendAt: time.advanced(by: record.pause)
        )
        return true
    }

    /// Ends what is over.
    ///
    /// - Parameter drifted: the services that are not as declared now.
    /// - Returns: the services whose fights are over.
    mutating func expire(_ drifted: Set<String>, at time: Timestamp) -> [String] {
        let over = records.filter { slug, record in
            !drifted.contains(slug) && record.lastMend.advanced(by: Self.window) <= time
        }
        for slug in over.keys { records[slug] = nil }
        return over.filter { $0.value.fight != nil }.keys.sorted()
    }

    func fight(_ slug: String) -> FightStatus? { records[slug]?.fight }

    /// The services that are not to be mended yet.
    func paused(at time: Timestamp) -> Set<String> {
        Set(records.filter { $0.value.fight.map { $0.nextMendAt > time } ?? false }.keys)
    }

    /// When the first pause ends; nil without one.
    func firstPauseEnd(of slugs: Set<String>, after time: Timestamp) -> Timestamp? {
        slugs.compactMap { records[$0]?.fight?.nextMendAt }.filter { $0 > time }.min()
    }
}
