package import Base
package import Status

/// The changes between two statuses of a daemon, one line each: for a log or a pipe that follows it.
///
///     2026-11-24T13:00:05Z out-of-sync: 1 of 3 services is out of sync: 1 failed
///     2026-11-24T13:00:05Z grafana failed: Authentik refuses it
///     2026-11-24T13:05:10Z grafana drift corrected, by akadmin: group
package struct StatusLines: Sendable {
    /// The services whose changes are shown.
    private let filter: ServiceFilter
    private var last: StatusDocument?

    /// - Parameter filter: the services that the statuses are narrowed to; without one, other objects are followed, too.
    package init(of filter: ServiceFilter = ServiceFilter()) {
        self.filter = filter
    }

    /// - Returns: for the first status what is out of sync, for each later one what is new in it.
    package mutating func lines(_ status: StatusDocument, at now: Timestamp) -> [String] {
        defer { last = status }
        var lines: [String] = []
        if status.state != last?.state || status.message != last?.message {
            lines.append("\(status.state.rawValue): \(status.message)")
        }
        lines += changes(status)
        let before = Dictionary(
            (last?.services ?? []).map { ($0.slug, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for service in status.services {
            let known = before[service.slug]
            guard service.state != known?.state || service.reason != known?.reason else { continue }
            // A service that is in sync from the start is not reported.
            if service.state == .inSync, known == nil || known?.state == .inSync { continue }
            lines.append("\(service.slug) \(service.look.word): \(service.reason)")
        }
        if !filter.states.isEmpty {
            // They have changed into a state that was not asked for.
            let present = Set(status.services.map(\.slug))
            for service in last?.services ?? [] where !present.contains(service.slug) {
                lines.append("\(service.slug) no longer \(service.look.word)")
            }
        }
        return lines.map { "\(now) \($0)".printable }
    }

    /// Oldest first.
    private func changes(_ status: StatusDocument) -> [String] {
        guard let last else { return [] }
        let followed =
            filter.states.isEmpty ? filter.slugs : Set((last.services + status.services).map(\.slug))
        let changes = status.recentChanges.prefix { change in !last.recentChanges.contains(change) }
            .filter { filter.isEmpty || $0.kind == RecentChange.service && followed.contains($0.name) }
        return changes.reversed().map { change in
            let name = change.kind == RecentChange.service ? change.name : "\(change.noun) \(change.name)"
            let author = change.culprit.map { ", by \($0)" } ?? ""
            let fields = change.fields.map(ChangeLine.label).joined(separator: ", ")
            return
                "\(name) \(change.isDrift ? "drift corrected" : change.done)\(author)\(fields.isEmpty ? "" : ": \(fields)")"
        }
    }
}

extension String {
    /// The first lines that fit on a screen, and the number of further ones.
    package func cut(toLines limit: Int) -> String {
        let lines = split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > limit, limit > 1 else { return self }
        return (lines.prefix(limit - 1) + ["… \(lines.count - limit + 1) more lines"]).joined(separator: "\n")
    }
}
