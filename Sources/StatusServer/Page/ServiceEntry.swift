import Applying
import Base
import Kinds
import Planning
import Reporting
import Status

/// One service: a line, with all details when it is opened.
struct ServiceEntry {
    let service: ServiceStatus
    let owner: String
    /// For the commands in advice.
    let invocation: Invocation

    var html: HTML {
        let name = service.name == service.slug ? nil : service.name
        return """
            <details id="service-\(service.slug)" class="service \(service.look.tone.name)">
            <summary>\(service.look.symbol.html)\
            <span class="names"><b><bdi>\(service.slug)</bdi></b>\(name.map { " <bdi class=\"name\">\($0)</bdi>" as HTML })</span> \
            <span class="why"><span class="tone">\(service.look.word)</span> <span class="reason">\(reason.plain)</span></span> \
            <span class="when">\(when)</span></summary>
            <div class="body">
            \(parts.compactMap(\.self))</div>
            </details>

            """
    }

    /// The reason for its state; for a closed service, the part that its word does not say.
    private var reason: String {
        guard let access = service.access, access.isClosed, service.state == .failed else { return service.reason }
        return access.complaint ?? service.reason
    }

    /// The time of the last event, or a remark for a service that is in sync.
    private var when: HTML {
        guard service.state == .inSync else { return "\(service.outOfSyncSince.map { .time($0, .since) })" }
        let exposed: HTML? = service.access?.isExposed == true ? "open to everybody" : nil
        let unserved: HTML? = service.serving?.isServed == false ? "not served" : nil
        let notes: HTML? = service.notes.isEmpty ? nil : "\(count(service.notes.count, "note"))"
        let event: HTML? = LatestEvent(service).map { "\($0.word) \(.time($0.at))" }
        return [unserved, exposed, notes, event].compactMap(\.self).joined(by: ", ")
    }

    private var parts: [HTML?] {
        [
            links, remedy, contest, error, deletion, differences, access, serving, notes, conditions, lastChange,
            lastDrift, place,
        ]
    }

    private var links: HTML? {
        let links: [HTML?] = [
            service.links?.service.map { "<a href=\"\($0)\" rel=\"noreferrer\">Open the service</a>" },
            service.links?.authentik.map { "<a href=\"\($0)\" rel=\"noreferrer\">Application in Authentik</a>" },
        ]
        let shown = links.compactMap(\.self)
        return shown.isEmpty ? nil : "<p class=\"links\">\(shown.joined(by: " "))</p>\n"
    }

    private var remedy: HTML? {
        service.remedy(invocation).map { part("What to do", "<p>\(sentence($0))</p>") }
    }

    private var contest: HTML? {
        service.contest.map { contest in
            part(
                "Conflicting changes",
                """
                <p>Somebody keeps changing \(codes(contest.fields)), \(.time(contest.since, .since, isExact: true)). \
                Corrected \(count(contest.corrections, "time")) so far; \
                corrected again \(.time(contest.nextCorrectionAt, .due, isExact: true)) at the earliest.</p>
                \(contest.blueprints?.culprit.map { "<p>Changed by: <bdi>\($0)</bdi>.</p>" as HTML })
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
            let providers: [HTML?] = deletion.providers.map { "the provider <code>\($0)</code>" }
            let others: [HTML?] = [
                deletion.application.map { "the application <code>\($0)</code>" },
                deletion.bindings.map { "what others bound to it: \(codes($0))" },
            ]
            let list = (providers + others).compactMap(\.self).joined(by: ", then ")
            return part("Deletion", deletion.isHeld ? "<p>Held back: \(list).</p>" : "<p>To be deleted: \(list).</p>")
        }
    }

    private var differences: HTML? {
        guard !service.differences.isEmpty else { return nil }
        return part("Differences", Differences(changes: service.differences, before: "current").html)
    }

    private var access: HTML? {
        service.access.flatMap(AccessText.init).map { part("Access", "<p>\(sentence($0.text))</p>") }
    }

    private var serving: HTML? {
        service.serving.map { serving in
            let seen: HTML? = serving.lastSeen.map { " Last seen \(.time($0, isExact: true))." }
            return part("Forward-auth", "<p>\(sentence(ServingText(serving).text))\(seen)</p>")
        }
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
            <span class="\(condition.tone.name)"><span class="tone">\(condition.status.rawValue)</span></span> \
            <code>\(condition.reason)</code> <span>\(condition.message)\(condition.remedy.map { " — \($0)" })</span> \
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
                    """
                    <b><bdi>\(by.username)</bdi></b>\(by.address.map { " from <bdi>\($0)</bdi>" as HTML }) changed it \
                    \(.time(by.at, isExact: true))\(by.link.map { " (<a href=\"\($0)\" rel=\"noreferrer\">event</a>)" as HTML }); found
                    """
                } else if let culprit = drift.blueprints?.culprit {
                    "Changed by <bdi>\(culprit)</bdi>, which is not in the audit log; found"
                } else if drift.isUnlogged == true {
                    "A blueprint or the shell changed it, which is not in the audit log; found"
                } else {
                    "Somebody changed it; found"
                }
            return part(
                "Last drift",
                """
                <p>\(author) \(.time(drift.at, isExact: true)), by pass \(drift.pass).</p>
                \(Differences(changes: drift.changes, before: "as changed").html)
                """
            )
        }
    }

    private var place: HTML? {
        let text: HTML =
            if let location = service.location {
                "Declared at <code>\(location)</code>."
            } else {
                "Owned by <bdi>\(owner)</bdi>, and not declared in any file."
            }
        return "<p class=\"quiet\">\(text)</p>\n"
    }

    private func part(_ title: HTML, _ body: HTML) -> HTML {
        "<section class=\"part\"><h4>\(title)</h4>\n\(body)\n</section>\n"
    }
}

/// `provider.name, provider.redirect_uris`.
private func codes(_ words: [String]) -> HTML { words.map(code).joined(by: ", ") }

/// The file's name of a field in the status document, with Authentik's name as a tooltip; a line may break after a dot.
func code(_ field: String) -> HTML {
    let label = ChangeLine.label(field)
    guard label == field else { return "<code title=\"\(field)\">\(label)</code>" }
    guard let dot = field.firstIndex(of: "."), ObjectKind(rawValue: String(field[..<dot])) != nil else {
        return "<code>\(field)</code>"
    }
    return "<code>\(String(field[...dot]))<wbr>\(String(field[field.index(after: dot)...]))</code>"
}

extension ServiceStatus {
    /// Since when it has not been as declared; nil if it is, or if unknown.
    fileprivate var outOfSyncSince: Timestamp? {
        conditions.first { $0.type == .synced && $0.status != .yes }?.lastTransitionTime
    }
}

/// Fields before and after, with one element of a list per line; for secrets only that they differ.
struct Differences {
    let changes: [ChangeRecord]
    /// The meaning of the values before.
    let before: HTML

    var html: HTML {
        """
        <dl class="differences">
        \(changes.map(difference))</dl>
        \(legend)
        """
    }

    /// Only if something has to be explained.
    private var legend: HTML? {
        guard changes.contains(where: { $0.before != nil }) else { return nil }
        return """
            <p class="quiet legend"><span class="bad"><span class="tone">−</span></span> \(before) \
            <span class="good"><span class="tone">+</span></span> as declared</p>
            """
    }

    private func difference(_ change: ChangeRecord) -> HTML {
        """
        <div><dt>\(name(of: change))</dt>\(values(of: change))</div>

        """
    }

    /// The file's name first, followed by Authentik's if it differs.
    private func name(of change: ChangeRecord) -> HTML {
        let path = "\(change.object).\(change.field)"
        guard change.label != path else {
            return "<span class=\"object\">\(change.object)</span>.<wbr>\(change.field)"
        }
        let theirs: HTML? =
            change.label == change.field ? nil : " <span class=\"object\">\(change.object).<wbr>\(change.field)</span>"
        return "\(change.label)\(theirs)"
    }

    private func values(of change: ChangeRecord) -> [HTML] {
        guard !change.isSecret else { return ["<dd class=\"secret\">(changed)</dd>"] }
        let after = change.shownAfter ?? []
        guard let before = change.shownBefore else {
            return after.isEmpty ? [Self.none("added")] : after.map { Self.line("added", $0) }
        }
        let elements = change.elements
        return (before.isEmpty ? [Self.none("removed")] : elements.removed.map { Self.line("removed", $0) })
            + (after.isEmpty ? [Self.none("added")] : elements.added.map { Self.line("added", $0) })
            + elements.kept.map { "<dd class=\"kept\">\($0)</dd>" }
    }

    private static func none(_ kind: HTML) -> HTML { line(kind, "(none)") }

    private static func line(_ kind: HTML, _ text: String) -> HTML {
        "<dd class=\"\(kind)\">\(text)</dd>"
    }
}
