import Base
import Planning
import Reporting
import Status

/// The last change, the last pass and the next one.
struct Vitals {
    let status: StatusDocument
    let links: ServiceLinks

    var html: HTML {
        """
        <dl id="vitals">
        <div><dt>Last change</dt>\(change)</div>
        <div><dt>Last pass</dt>\(pass)</div>
        <div><dt>Next pass</dt>\(next)</div>
        </dl>

        """
    }

    private var change: HTML {
        // A change of another object, or of a service that no longer exists, is only in the history.
        let event = LatestEvent(status.services)
        if let change = status.recentChanges.first, event.map({ $0.at < change.at }) ?? true {
            let fields: HTML? = change.shownFields.isEmpty ? nil : "<dd class=\"quiet\">\(change.shownFields)</dd>"
            return """
                <dd class="key">\(.time(change.at))</dd>
                <dd>\(change.subject(links)) \(change.word)\(change.author)</dd>\(fields)
                """
        }
        guard let event else {
            return """
                <dd class="key">None</dd>
                <dd>since the daemon started \(.time(status.program.startedAt))</dd>
                """
        }
        let fields = event.fields.prefix(3).map(code).joined(by: ", ")
        let rest: HTML? = event.fields.count > 3 ? " and \(event.fields.count - 3) more" : nil
        let all: HTML? = event.fields.isEmpty ? nil : "<dd class=\"quiet\">\(fields)\(rest)</dd>"
        return """
            <dd class="key">\(.time(event.at))</dd>
            <dd>\(links.html(event.slug)) \(event.word)\(event.author)</dd>\(all)
            """
    }

    private var pass: HTML {
        let passes = status.passes
        guard let last = passes.lastAttempt else { return "<dd class=\"key\">None</dd><dd>No pass has ended yet</dd>" }
        let success: HTML? =
            if last.result != .failed {
                nil
            } else if let success = passes.lastSuccess {
                "<dd>Last success \(.time(success.finishedAt))</dd>"
            } else {
                "<dd>No pass has succeeded since the start</dd>"
            }
        let failures: HTML? = passes.failuresInARow > 1 ? "<dd>\(passes.failuresInARow) failures in a row</dd>" : nil
        return """
            <dd class="key">\(.time(last.finishedAt))</dd>
            <dd class="\(last.result.look.tone.name)"><span class="tone">\(last.result.look.words.capitalizedFirst)</span></dd>\(success)\(failures)
            <dd class="quiet">\(because(last.triggers).capitalizedFirst)</dd>
            """
    }

    private var next: HTML {
        let passes = status.passes
        if let running = passes.running {
            return """
                <dd class="key">Now</dd>
                <dd>Running \(.time(running.startedAt, .since))</dd>
                <dd class="quiet">\(because(running.triggers).capitalizedFirst)</dd>
                """
        }
        guard let next = passes.next else { return "<dd class=\"key\">None</dd><dd>No pass is planned</dd>" }
        return
            "<dd class=\"key\">\(.time(next.at, .due))</dd><dd class=\"quiet\">\(next.reason.words.capitalizedFirst)</dd>"
    }
}

/// `the file changed, a secret changed`.
func because(_ triggers: [Trigger]) -> String {
    triggers.map(\.words).joined(separator: ", ")
}

/// The last change of any service, by this daemon or by others.
struct LatestEvent {
    var slug: String
    var at: Timestamp
    /// The change by this daemon; nil if a later change by somebody else was found but not corrected.
    var change: LastChange?
    /// The change by somebody else that led to it; nil if there was none.
    var drift: LastDrift?

    /// - Returns: nil if nothing happened.
    init?(_ services: [ServiceStatus]) {
        var latest: (at: Timestamp, index: Int)?
        for index in services.indices {
            guard let at = Self.time(services[index]), latest.map({ $0.at < at }) ?? true else { continue }
            latest = (at, index)
        }
        guard let index = latest?.index else { return nil }
        self.init(services[index])
    }

    private static func time(_ service: ServiceStatus) -> Timestamp? {
        [service.lastChange?.at, service.lastDrift?.at].compactMap(\.self).max()
    }

    /// - Returns: nil if nothing happened to the service.
    init?(_ service: ServiceStatus) {
        slug = service.slug
        switch (service.lastChange, service.lastDrift) {
        case (let change?, let drift?) where change.pass == drift.pass:
            (at, self.change, self.drift) = (max(change.at, drift.at), change, drift)
        case (let change?, let drift) where drift.map({ $0.at <= change.at }) ?? true:
            (at, self.change) = (change.at, change)
        case (_, let drift?):
            (at, self.drift) = (drift.at, drift)
        default:
            return nil
        }
    }

    /// `created`, `drift corrected`.
    var word: String {
        guard let change else { return "changed" }
        return drift == nil ? change.done : "drift corrected"
    }

    /// Such as `provider.redirect_uris`.
    var fields: [String] {
        change?.fields ?? drift?.changes.map { "\($0.object).\($0.field)" } ?? []
    }

    /// ` after a change by akadmin`; nil if nobody else was involved.
    var author: HTML? {
        drift.map { drift in
            let name: HTML = drift.by.map { "<b><bdi>\($0.username)</bdi></b>" } ?? "somebody else"
            return change == nil ? " by \(name)" : " after a change by \(name)"
        }
    }
}
