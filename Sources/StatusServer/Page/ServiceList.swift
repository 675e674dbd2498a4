import Base
import Reporting
import Status

/// All services: those that are not as declared first, most urgent on top.
struct ServiceList {
    /// With fewer services, searching is unnecessary.
    private static let fewest = 9

    let status: StatusDocument

    var html: HTML {
        """
        <section id="services" class="\(size)" aria-labelledby="services-title">
        <div class="heading">
        <h2 id="services-title">\(count(status.services.count, "service"))</h2>
        \(filter)\(totals)</div>
        \(groups)
        </section>

        """
    }

    /// If there are many, a browser only renders the visible ones.
    private var size: HTML { status.services.count > 100 ? "many" : "few" }

    private var groups: [HTML] {
        guard !status.services.isEmpty else {
            return ["<p class=\"empty\">No services are declared, and this owner has none in Authentik.</p>"]
        }
        let troubled = SyncState.byUrgency.filter { ![.pending, .orphan, .inSync].contains($0) }
        return [
            group("not-in-sync", "Out of sync", of: troubled),
            group("pending", "Pending", of: [.pending]),
            group("orphans", "Orphaned", of: [.orphan]),
            group("in-sync", "In sync", of: [.inSync]),
        ].compactMap(\.self) + ["<p id=\"no-match\" class=\"empty\" hidden>No service matches.</p>"]
    }

    private func group(_ id: HTML, _ title: HTML, of states: [SyncState]) -> HTML? {
        // Within a state they keep their order, by slug.
        let services = states.flatMap { state in status.services.filter { $0.state == state } }
        guard !services.isEmpty else { return nil }
        return """
            <section id="\(id)" class="group" aria-labelledby="\(id)-title">
            <h3 id="\(id)-title">\(title) <span class="number">\(services.count)</span></h3>
            <div class="rows">
            \(services.map { ServiceEntry(service: $0, owner: status.owner, invocation: status.invocation).html })</div>
            </section>

            """
    }

    /// `5 in sync, 1 failed`; without states that no service has.
    private var totals: HTML? {
        let present = SyncState.byUrgency.filter { status.totals.states[$0.rawValue, default: 0] > 0 }
        guard present.count > 1 || status.totals.contested > 0 else { return nil }
        let states = present.map { state -> HTML in
            """
            <li class="\(state.look.tone.name)">\(state.look.symbol.html)\(status.totals.states[state.rawValue, default: 0]) \(state.look.word)</li>

            """
        }
        let contests: HTML? =
            status.totals.contested > 0 ? "<li>\(status.totals.contested) with conflicting changes</li>\n" : nil
        return "<ul class=\"totals\">\n\(states)\(contests)</ul>\n"
    }

    /// Useless without the script, which shows it.
    private var filter: HTML? {
        guard status.services.count >= Self.fewest else { return nil }
        return """
            <p id="filter" hidden><label for="filter-text">Filter</label> \
            <input id="filter-text" type="search" autocomplete="off" spellcheck="false" placeholder="name, state, reason"></p>

            """
    }
}
