import Base
import Reporting
import Status

/// The services of one page: those out of sync first, the most urgent at the top.
struct ServiceList {
    /// With fewer services, searching is unnecessary.
    private static let fewest = 9

    let status: StatusDocument
    let query: PageQuery
    let selection: ServiceSelection

    var html: HTML {
        """
        <section id="services" aria-labelledby="services-title">
        <div class="heading">
        <h2 id="services-title">\(title)</h2>
        \(search)\(states)</div>
        \(shownPart)\(groups)\(pages)</section>

        """
    }

    private var title: HTML {
        guard !query.isEverything else { return "\(count(status.services.count, "service"))" }
        return "\(selection.total.grouped) of \(count(status.services.count, "service"))"
    }

    /// The active filters, and a link to remove them.
    private var shownPart: HTML? {
        guard !query.isEverything else { return nil }
        let slugs = query.filter.slugs.sorted().prefix(3).map { "<b><bdi>\($0)</bdi></b>" as HTML }
        let others = query.filter.slugs.count - slugs.count
        let rest: HTML? = others > 0 ? " and \(count(others, "other"))" : nil
        let states = SyncState.byUrgency.filter(query.filter.states.contains).map { "\($0.look.word)" as HTML }
        let parts: [HTML?] = [
            slugs.isEmpty ? nil : "named \(slugs.joined(by: ", "))\(rest)",
            states.isEmpty ? nil : "in the state \(states.joined(by: " or "))",
            query.search.isEmpty ? nil : "with “<bdi>\(query.search)</bdi>” in their name, state or reason",
        ]
        return """
            <p class="shown">Only services \(parts.compactMap(\.self).joined(by: ", ")). \
            <a href="./#services">Show all \(status.services.count.grouped)</a></p>

            """
    }

    private var groups: [HTML] {
        guard !status.services.isEmpty else {
            return ["<p class=\"empty\">No services are declared, and this owner has none in Authentik.</p>\n"]
        }
        guard selection.total > 0 else { return ["<p class=\"empty\">No service matches.</p>\n"] }
        let troubled = SyncState.byUrgency.filter { ![.pending, .orphan, .inSync].contains($0) }
        return [
            group("not-in-sync", "Out of sync", of: troubled),
            group("pending", "Pending", of: [.pending]),
            group("orphans", "Orphaned", of: [.orphan]),
            group("in-sync", "In sync", of: [.inSync]),
        ].compactMap(\.self)
    }

    /// - Returns: nil if this page has no such services.
    private func group(_ id: HTML, _ title: HTML, of states: [SyncState]) -> HTML? {
        let services = selection.services.filter { states.contains($0.state) }
        guard !services.isEmpty else { return nil }
        // Includes services on other pages.
        let number = states.map { selection.counts[$0, default: 0] }.reduce(0, +)
        return """
            <section id="\(id)" class="group" aria-labelledby="\(id)-title">
            <h3 id="\(id)-title">\(title) <span class="number">\(number.grouped)</span></h3>
            <div class="rows">
            \(services.map { ServiceEntry(service: $0, owner: status.owner, invocation: status.invocation).html })</div>
            </section>

            """
    }

    // MARK: - Filters

    /// `5 in sync, 1 failed`, each a link to those services; states without services are left out.
    private var states: HTML? {
        let counts = selection.countsOfAnyState
        let present = SyncState.byUrgency.filter { counts[$0, default: 0] > 0 || query.filter.states.contains($0) }
        guard present.count > 1 || selection.contested > 0 || !query.filter.states.isEmpty else { return nil }
        let links = present.map { state -> HTML in
            let isCurrent = query.filter.states.contains(state)
            let current: HTML? = isCurrent ? " aria-current=\"true\"" : nil
            // The link of a selected state removes the filter.
            let address = query.with(isCurrent ? nil : state).address()
            return """
                <li class="\(state.look.tone.name)"><a href="\(address)#services"\(current)>\(state.look.symbol.html)\
                \(counts[state, default: 0].grouped) \(state.look.word)</a></li>

                """
        }
        let contests: HTML? =
            selection.contested > 0
            ? "<li>\(selection.contested.grouped) with conflicting changes</li>\n" : nil
        return """
            <nav class="states" aria-label="Services by state">
            <ul class="totals">
            \(links)\(contests)</ul>
            </nav>

            """
    }

    /// A form that works without the script, which submits it during typing.
    private var search: HTML? {
        guard status.services.count >= Self.fewest else { return nil }
        let fields = query.filter.query.map { name, value in
            "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">" as HTML
        }
        return """
            <form id="filter" role="search" method="get" action="./">\(fields)\
            <label for="filter-text">Search</label> \
            <input id="filter-text" type="search" name="search" value="\(query.search)" autocomplete="off" spellcheck="false" \
            placeholder="name, state, reason"> \
            <button type="submit">Search</button></form>

            """
    }

    // MARK: - Pages

    /// `Services 101–200 of 10,000`, and links to other pages; nil if there is one page only.
    private var pages: HTML? {
        guard selection.pages > 1 else { return nil }
        let (page, last) = (selection.page, selection.pages)
        var before = 0
        let numbers = Set([1, 2, page - 1, page, page + 1, last - 1, last]).filter { (1...last).contains($0) }.sorted()
        let links = numbers.map { number -> HTML in
            defer { before = number }
            let gap: HTML? = number > before + 1 ? "<li class=\"gap\">…</li>\n" : nil
            let current: HTML? = number == page ? " aria-current=\"page\"" : nil
            return """
                \(gap)<li><a href="\(query.address(number))#services" aria-label="Page \(number)"\(current)>\(number.grouped)</a></li>

                """
        }
        let previous: HTML? =
            page > 1
            ? "<li><a href=\"\(query.address(page - 1))#services\" rel=\"prev\">Previous</a></li>\n" : nil
        let next: HTML? =
            page < last ? "<li><a href=\"\(query.address(page + 1))#services\" rel=\"next\">Next</a></li>\n" : nil
        return """
            <nav id="pages" aria-label="Pages of services">
            <p>Services \((selection.range.lowerBound + 1).grouped)–\(selection.range.upperBound.grouped) \
            of \(selection.total.grouped)</p>
            <ul>
            \(previous)\(links)\(next)</ul>
            </nav>

            """
    }
}
