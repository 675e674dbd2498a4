import Base
import Planning
import Reconciling
import Reporting
import Status

/// One service: a line, and everything that is known of it when it is opened.
struct ServiceEntry {
    let service: ServiceStatus
    let owner: String

    var html: HTML {
        let name = service.name == service.slug ? nil : service.name
        return """
            <details id="service-\(service.slug)" class="service \(service.state.look.tone.name)">
            <summary>\(service.state.look.symbol.html)\
            <span class="names"><b><bdi>\(service.slug)</bdi></b>\(name.map { " <bdi class=\"name\">\($0)</bdi>" as HTML })</span> \
            <span class="why"><span class="tone">\(service.state.look.word)</span> <span class="reason">\(service.reason.plain)</span></span> \
            <span class="when">\(when)</span></summary>
            <div class="body">
            \(parts.compactMap(\.self))</div>
            </details>

            """
    }

    /// Since when, or what there is to know although it is in sync.
    private var when: HTML {
        guard service.state == .inSync else { return "\(service.outOfSyncSince.map { .time($0, .since) })" }
        let notes: HTML? = service.notes.isEmpty ? nil : "\(count(service.notes.count, "note"))"
        let event: HTML? = LatestEvent(service).map { "\($0.word) \(.time($0.at))" }
        return [notes, event].compactMap(\.self).joined(by: ", ")
    }

    private var parts: [HTML?] {
        [fight, error, deletion, differences, notes, conditions, lastChange, lastDrift, place]
    }

    private var fight: HTML? {
        service.fight.map { fight in
            part(
                "Fight",
                """
                <p>Somebody keeps changing \(codes(fight.fields)) back, \(.time(fight.since, .since, isExact: true)). \
                Mended \(count(fight.mends, "time")) by now; \
                mended again \(.time(fight.nextMendAt, .due, isExact: true)) at the earliest.</p>
                """
            )
        }
    }

    private var error: HTML? {
        service.error.map { error in
            let fields = error.fields.map { field -> HTML in
                field.field.isEmpty
                    ? "<li>\(field.message)</li>\n" : "<li><code>\(field.field)</code> \(field.message)</li>\n"
            }
            let list: HTML? = fields.isEmpty ? nil : "<ul>\n\(fields)</ul>\n"
            let request = error.requestID.map {
                "<p class=\"quiet\">Authentik’s log has it as request <code>\($0)</code>.</p>\n" as HTML
            }
            return part("Error", "<p>\(sentence(error.message.plain))</p>\n\(list)\(request)")
        }
    }

    private var deletion: HTML? {
        service.deletion.map { deletion in
            let what: [HTML?] = [
                deletion.provider.map { "the provider <code>\($0)</code>" },
                deletion.application.map { "the application <code>\($0)</code>" },
            ]
            let list = what.compactMap(\.self).joined(by: ", then ")
            return part("Deletion", deletion.isHeld ? "<p>Held back: \(list).</p>" : "<p>To be deleted: \(list).</p>")
        }
    }

    private var differences: HTML? {
        guard !service.differences.isEmpty else { return nil }
        return part("Not as declared", Differences(changes: service.differences, before: "as it is").html)
    }

    private var notes: HTML? {
        guard !service.notes.isEmpty else { return nil }
        return part("Notes", "<ul>\n\(service.notes.map { "<li>\(sentence($0))</li>\n" as HTML })</ul>")
    }

    private var conditions: HTML? {
        guard !service.conditions.isEmpty else { return nil }
        let rows = service.conditions.map { condition -> HTML in
            """
            <li><b>\(condition.type.rawValue)</b> \
            <span class="\(condition.status.tone.name)"><span class="tone">\(condition.status.rawValue)</span></span> \
            <code>\(condition.reason)</code> <span>\(condition.message)</span> \
            <span class="quiet">\(.time(condition.lastTransitionTime, .since, isExact: true))</span></li>

            """
        }
        return part("Conditions", "<ul class=\"conditions\">\n\(rows)</ul>")
    }

    private var lastChange: HTML? {
        service.lastChange.map { change in
            let fields: HTML? = change.fields.isEmpty ? nil : "; \(codes(change.fields))"
            let restarted: HTML? = change.restarted.map { "; restarted <code>\($0)</code>" }
            return part(
                "Last change",
                """
                <p>\(.time(change.at, isExact: true)), by pass \(change.pass): \(change.done) \
                (\(change.reason))\(fields)\(restarted).</p>
                """
            )
        }
    }

    private var lastDrift: HTML? {
        service.lastDrift.map { drift in
            let author: HTML =
                if let by = drift.by {
                    "<b><bdi>\(by.username)</bdi></b> changed it \(.time(by.at, isExact: true)); found"
                } else {
                    "Somebody changed it; found"
                }
            return part(
                "Last drift",
                """
                <p>\(author) \(.time(drift.at, isExact: true)), by pass \(drift.pass).</p>
                \(Differences(changes: drift.changes, before: "as somebody made it").html)
                """
            )
        }
    }

    private var place: HTML? {
        let text: HTML =
            if let location = service.location {
                "Declared at <code>\(location)</code>."
            } else {
                "Marked as <bdi>\(owner)</bdi>’s, and declared nowhere."
            }
        return "<p class=\"quiet\">\(text)</p>\n"
    }

    private func part(_ title: HTML, _ body: HTML) -> HTML {
        "<section class=\"part\"><h4>\(title)</h4>\n\(body)\n</section>\n"
    }
}

/// `provider.name, provider.redirect_uris`.
private func codes(_ words: [String]) -> HTML { words.map(code).joined(by: ", ") }

/// `provider.redirect_uris`, which may go on in another line after the dot.
func code(_ field: String) -> HTML {
    for object in ["application", "provider", "published"] where field.hasPrefix("\(object).") {
        return "<code>\(object).<wbr>\(String(field.dropFirst(object.count + 1)))</code>"
    }
    return "<code>\(field)</code>"
}

extension ServiceStatus {
    /// When it stopped being as declared; nil if it is, or nobody knows.
    fileprivate var outOfSyncSince: Timestamp? {
        conditions.first { $0.type == .synced && $0.status != .yes }?.lastTransitionTime
    }
}
