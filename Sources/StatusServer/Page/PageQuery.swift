import Base
import CurlTransport
import FoundationEssentials
import Reporting
import Status

/// Which services a page shows: `?state=failed,blocked&search=graf&page=2`.
package struct PageQuery: Sendable, Equatable {
    /// The number of services per page.
    static let length = 100
    /// Longer search texts are truncated.
    private static let longestSearch = 200

    var filter = ServiceFilter()
    /// The text that a service's slug, name, state or reason must contain; empty for all.
    var search = ""
    /// Counted from 1; it may be past the last page after services were removed.
    var page = 1

    package init() {}

    init(_ query: Query) throws(ServiceFilter.UnknownState) {
        filter = try query.services()
        search = String((query["search"] ?? "").prefix(Self.longestSearch)).trimmed
        page = max(1, query["page"].flatMap { Int($0) } ?? 1)
    }

    /// Whether no service is filtered out.
    var isEverything: Bool { filter.isEmpty && search.isEmpty }

    /// The address relative to the page: `?state=failed&page=2`, or `./` for everything.
    ///
    /// - Parameter page: nil for the first one.
    func address(_ page: Int? = nil) -> String {
        var parts = filter.query.map { "\($0.name)=\(percentEncoded($0.value))" }
        if !search.isEmpty { parts.append("search=\(percentEncoded(search))") }
        if let page, page > 1 { parts.append("page=\(page)") }
        return parts.isEmpty ? "./" : "?\(parts.joined(separator: "&"))"
    }

    /// The same search for services in one state only, or in any.
    func with(_ state: SyncState?) -> PageQuery {
        var query = self
        query.filter.states = state.map { [$0] } ?? []
        query.page = 1
        return query
    }
}

extension String {
    fileprivate var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        return String(rest.reversed().drop(while: \.isWhitespace).reversed())
    }
}

/// The services on one page: at most a hundred of the selected ones, the most urgent first.
struct ServiceSelection {
    /// How long a service is listed before unchanged ones after its drift was corrected.
    private static let recently: Duration = .seconds(86_400)

    /// The services on this page, in its order.
    let services: [ServiceStatus]
    /// The number of services on all pages, by state.
    let counts: [SyncState: Int]
    /// The number of services on all pages if no state was selected, by state.
    let countsOfAnyState: [SyncState: Int]
    /// How many of those have conflicting changes.
    let contested: Int
    /// The number of this page and of the last one, from 1.
    let page: Int
    let pages: Int
    /// The places of this page's services among all selected ones, from 0.
    let range: Range<Int>

    init(_ status: StatusDocument, _ query: PageQuery) {
        let search = Search(status, query)
        var order: [Place] = []
        var all: [SyncState: Int] = [:]
        var contested = 0
        // Services are passed on without being copied: copying ten thousand would take longer than everything else.
        for index in status.services.indices {
            guard search.finds(status.services[index]) else { continue }
            all[status.services[index].state, default: 0] += 1
            if status.services[index].contest != nil { contested += 1 }
            if let place = search.place(status.services[index], index) { order.append(place) }
        }
        order.sort()
        let states = query.filter.states
        counts = states.isEmpty ? all : all.filter { states.contains($0.key) }
        countsOfAnyState = all
        self.contested = contested
        pages = max(1, (order.count + PageQuery.length - 1) / PageQuery.length)
        page = min(max(1, query.page), pages)
        let start = (page - 1) * PageQuery.length
        range = start..<min(start + PageQuery.length, order.count)
        services = order[range].map { status.services[$0.index] }
    }

    /// The slugs of the services on this page.
    var slugs: Set<String> { Set(services.map(\.slug)) }

    /// The number of services on all pages.
    var total: Int { counts.values.reduce(0, +) }

    /// The query, prepared for comparisons.
    private struct Search {
        let query: PageQuery
        let text: String
        let anyState: ServiceFilter
        /// Earlier drift is not recent.
        let since: Timestamp?

        init(_ status: StatusDocument, _ query: PageQuery) {
            self.query = query
            text = query.search.lowercased()
            anyState = ServiceFilter(slugs: query.filter.slugs)
            since = status.passes.lastAttempt?.finishedAt.advanced(by: .zero - recently)
        }

        /// Whether a service matches, regardless of its state.
        func finds(_ service: ServiceStatus) -> Bool {
            anyState.contains(service) && (text.isEmpty || service.mentions(text))
        }

        /// - Returns: nil if the service is not in one of the selected states.
        func place(_ service: ServiceStatus, _ index: Int) -> Place? {
            guard query.filter.contains(service) else { return nil }
            let drift = service.lastDrift?.at
            let isOld = drift.flatMap { at in since.map { at < $0 } } ?? false
            return Place(index, service.state.urgency, isContested: service.contest != nil, isOld ? nil : drift)
        }
    }

    /// Sorts by urgency of the state; within a state, services with conflicting changes come first, then those changed
    /// recently, newest first, then all others by slug.
    private struct Place: Comparable {
        /// The index among all services, which are ordered by slug.
        let index: Int
        let urgency: Int
        let isContested: Bool
        /// Nil without recent drift.
        let drift: Timestamp?

        init(_ index: Int, _ urgency: Int, isContested: Bool, _ drift: Timestamp?) {
            self.index = index
            self.urgency = urgency
            self.isContested = isContested
            self.drift = drift
        }

        static func < (left: Place, right: Place) -> Bool {
            if left.urgency != right.urgency { return left.urgency < right.urgency }
            if left.isContested != right.isContested { return left.isContested }
            switch (left.drift, right.drift) {
            case (let first?, let second?) where first != second: return first > second
            case (.some, nil): return true
            case (nil, .some): return false
            default: return left.index < right.index
            }
        }
    }
}

extension ServiceStatus {
    /// - Parameter text: in lower case.
    fileprivate func mentions(_ text: String) -> Bool {
        [slug, name ?? "", look.word, reason].contains { $0.lowercased().contains(text) }
    }
}

/// Links to services, which may be on another page.
struct ServiceLinks {
    let status: StatusDocument
    /// The slugs on this page.
    let shown: Set<String>

    /// The slug of a service, as a link if the service exists.
    func html(_ slug: String) -> HTML {
        if shown.contains(slug) { return "<a href=\"#service-\(slug)\"><bdi>\(slug)</bdi></a>" }
        guard status.hasService(slug) else { return "<b><bdi>\(slug)</bdi></b>" }
        return "<a href=\"?service=\(percentEncoded(slug))#service-\(slug)\"><bdi>\(slug)</bdi></a>"
    }
}

extension StatusDocument {
    /// Whether a service exists; the services are ordered by slug.
    fileprivate func hasService(_ slug: String) -> Bool {
        var (start, end) = (0, services.count)
        while start < end {
            let middle = (start + end) / 2
            if services[middle].slug < slug { start = middle + 1 } else { end = middle }
        }
        return start < services.count && services[start].slug == slug
    }
}
