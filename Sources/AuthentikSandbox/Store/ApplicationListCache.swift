import FoundationEssentials

/// Which applications a plain list showed, by user and page number, whatever the filters; for 24 hours.
///
/// Only the creation of an application empties it. Source: `ApplicationViewSet.list` in
/// `authentik/core/api/applications.py`, and what the recordings of each release show.
struct ApplicationListCache: Sendable {
    struct Key: Hashable, Sendable {
        let user: Int
        let page: Int
    }

    private static let lifetime: TimeInterval = 86_400
    private var pages: [Key: (rows: [Application], expires: Date)] = [:]

    /// The rows as they were when they were listed.
    func rows(_ key: Key, at now: Date) -> [Application]? {
        guard let page = pages[key], page.expires > now else { return nil }
        return page.rows
    }

    /// An empty page is not kept.
    mutating func keep(_ rows: [Application], as key: Key, at now: Date) {
        if !rows.isEmpty { pages[key] = (rows, now.addingTimeInterval(Self.lifetime)) }
    }

    mutating func clear() { pages = [:] }
}
