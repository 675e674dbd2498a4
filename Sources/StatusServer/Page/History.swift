import Base
import Kinds
import Reporting
import Status

/// The last changes that the daemon made, newest first.
struct History {
    /// The number shown without a click.
    private static let shown = 5

    let status: StatusDocument
    let links: ServiceLinks

    var html: HTML? {
        let changes = status.recentChanges
        guard !changes.isEmpty else { return nil }
        let rest = changes.dropFirst(Self.shown)
        let older: HTML? =
            rest.isEmpty
            ? nil
            : """
            <details id="older-changes">
            <summary>\(count(rest.count, "older change"))</summary>
            <ol class="changes">
            \(rest.map(entry))</ol>
            </details>

            """
        return """
            <section id="history" aria-labelledby="history-title">
            <h2 id="history-title">Recent changes</h2>
            <ol class="changes">
            \(changes.prefix(Self.shown).map(entry))</ol>
            \(older)</section>

            """
    }

    private func entry(_ change: RecentChange) -> HTML {
        let fields: HTML? = change.shownFields.isEmpty ? nil : " <span class=\"fields\">\(change.shownFields)</span>"
        let restarted: HTML? = change.restarted.map { "; restarted <code>\($0)</code>" }
        return """
            <li><span class="at">\(.time(change.at))</span> \
            <span class="what">\(change.subject(links)) \(change.word)\(change.author)\(restarted)\(fields)</span></li>

            """
    }
}

extension RecentChange {
    /// A service has a link.
    func subject(_ links: ServiceLinks) -> HTML {
        kind == Self.service ? links.html(name) : "\(noun) <b><bdi>\(name)</bdi></b>"
    }

    /// `created`, or `drift corrected`.
    var word: String { isDrift ? "drift corrected" : done }

    /// ` after a change by akadmin`; nil if nobody else was involved.
    var author: HTML? {
        guard isDrift else { return nil }
        if let by { return " after a change by <b><bdi>\(by.username)</bdi></b>" }
        return isUnlogged == true ? " after a change that is not in the audit log" : nil
    }

    /// The names of the first fields, and the number of further ones.
    var shownFields: HTML {
        let rest: HTML? = fields.count > 3 ? " and \(fields.count - 3) more" : nil
        return "\(fields.prefix(3).map(code).joined(by: ", "))\(rest)"
    }
}

extension HTML {
    var isEmpty: Bool { markup.isEmpty }
}

/// The declared objects that belong to no service: groups, scope mappings.
struct SharedList {
    let status: StatusDocument

    var html: HTML? {
        guard !status.shared.isEmpty else { return nil }
        return """
            <section id="shared" aria-labelledby="shared-title">
            <h2 id="shared-title">Other objects</h2>
            <ul class="shared">
            \(sorted.map(entry))</ul>
            </section>

            """
    }

    /// The most urgent first; otherwise in the order of the files.
    private var sorted: [SharedStatus] {
        SyncState.byUrgency.flatMap { state in status.shared.filter { $0.state == state } }
    }

    private func entry(_ object: SharedStatus) -> HTML {
        let look = object.state.look
        let message = object.message.map { " <span class=\"reason\">\($0.plain)</span>" as HTML }
        let drift = object.lastDrift.map { drift -> HTML in
            let author = drift.by.map { " by <b><bdi>\($0.username)</bdi></b>" as HTML }
            return " <span class=\"reason\">changed\(author), found \(.time(drift.at))</span>"
        }
        return """
            <li class="\(look.tone.name)">\(look.symbol.html)<span><span class="quiet">\(object.kind.noun)</span> \
            <b><bdi>\(object.name)</bdi></b> <span class="tone">\(look.word)</span>\(message)\(drift)</span></li>

            """
    }
}
