import Base
import Testing

@testable import Planning
@testable import Status
@testable import StatusServer

/// Which services a page shows, and how one gets to the others.
@Suite(.timeLimit(.minutes(60))) struct PagingTests {
    private static let sample = SampleStatus()
    /// 31 of each kind that is not in sync.
    private static let many = sample.many(3000)

    private func page(_ query: String, _ status: StatusDocument = many) throws -> ParsedHTML {
        try ParsedHTML(page: StatusPage.render(status, PageQuery(Query(query))))
    }

    private func slugs(_ page: ParsedHTML) -> [String] {
        page.all(class: "service").compactMap { $0.attributes["id"].map { String($0.dropFirst("service-".count)) } }
    }

    private func links(_ page: ParsedHTML, _ id: String) -> [String] {
        page[id]?.all("a").compactMap { $0.attributes["href"] } ?? []
    }

    @Test func everyServiceIsOnOnePage() throws {
        var seen: [String] = []
        for number in 1...30 { seen += slugs(try page("page=\(number)")) }
        #expect(seen.count == 3000 && Set(seen).count == 3000)
        let states = Dictionary(uniqueKeysWithValues: Self.many.services.map { ($0.slug, $0.state) })
        #expect(
            seen.prefix(93).map { states[$0] }
                == [.failed, .blocked, .drifted].flatMap { Array(repeating: $0, count: 31) }
        )
        #expect(seen.dropFirst(93).allSatisfy { states[$0] == .inSync })
    }

    @Test func aPageSaysWhichServicesItShows() throws {
        let first = try page("")
        #expect(slugs(first).count == 100)
        #expect(first["services-title"]?.text == "3,000 services")
        #expect(first.all("h3").prefix(2).map(\.text) == ["Out of sync 93", "In sync 2,907"])
        #expect(first["pages"]?.all("p").map(\.text) == ["Services 1–100 of 3,000"])
        #expect(first["pages"]?.all("li").map(\.text) == ["1", "2", "…", "29", "30", "Next"])
        #expect(
            links(first, "pages") == [
                "./#services", "?page=2#services", "?page=29#services", "?page=30#services", "?page=2#services",
            ]
        )
        let middle = try page("page=15")
        #expect(
            middle["pages"]?.all("li").map(\.text) == [
                "Previous", "1", "2", "…", "14", "15", "16", "…", "29", "30", "Next",
            ]
        )
        let current = middle["pages"]?.all("a").filter { $0.attributes["aria-current"] == "page" }
        #expect(current?.map(\.text) == ["15"])
        #expect(current?.first?.attributes["aria-label"] == "Page 15")
        #expect(middle["pages"]?.attributes["aria-label"] != nil)
        // Nobody is lost where there were more pages a moment ago.
        for query in ["page=31", "page=99999999999999999999", "page=30"] {
            #expect(
                try page(query)["pages"]?.all("p").map(\.text) == [
                    query.count > 10 ? "Services 1–100 of 3,000" : "Services 2,901–3,000 of 3,000"
                ]
            )
        }
        for query in ["page=0", "page=-1", "page=x", "page="] { #expect(try slugs(page(query)) == slugs(first)) }
        #expect(try page("", Self.sample.inSync)["pages"] == nil)
    }

    @Test func statesAreLinksThatFilterAndLeadBack() throws {
        let all = try page("search=service")
        let states = all.all(class: "totals").flatMap { $0.all("a") }
        #expect(states.map(\.text) == ["31 failed", "31 blocked", "31 drifted", "2,907 in sync"])
        #expect(states.first?.attributes["href"] == "?state=failed&search=service#services")
        #expect(states.allSatisfy { $0.attributes["aria-current"] == nil })
        let failed = try page("state=failed&search=service")
        #expect(slugs(failed).count == 31)
        #expect(failed["services-title"]?.text == "31 of 3,000 services")
        #expect(
            failed.all(class: "shown").map(\.text) == [
                "Only services in the state failed, with “service” in their name, state or reason. Show all 3,000"
            ]
        )
        let chosen = failed.all(class: "totals").flatMap { $0.all("a") }.filter {
            $0.attributes["aria-current"] == "true"
        }
        #expect(chosen.map(\.text) == ["31 failed"])
        #expect(chosen.first?.attributes["href"] == "?search=service#services")
        // The search keeps the state, and the other way round.
        #expect(failed["filter"]?.all("input").map { $0.attributes["name"] } == ["state", "search"])
        #expect(failed["filter-text"]?.attributes["value"] == "service")
        #expect(throws: ServiceFilter.UnknownState.self) { try page("state=nope") }
    }

    @Test func linksOfPagesKeepTheFilters() throws {
        let page = try page("state=in-sync&search=service+1&page=3&service=")
        #expect(links(page, "pages").last == "?state=in-sync&search=service%201&page=4#services")
        #expect(slugs(page).count == 100)
    }

    @Test func namesAreSearchedInAnyCase() throws {
        #expect(try slugs(page("search=VAULT", Self.sample.outOfSync)) == ["vaultwarden"])
        #expect(try slugs(page("search=Argo+CD", Self.sample.outOfSync)) == ["argocd"])
        #expect(try slugs(page("search=orphaned", Self.sample.outOfSync)) == ["gitea"])
        #expect(try slugs(page("service=gitea&service=nothing", Self.sample.outOfSync)) == ["gitea"])
        let none = try page("search=nothing+like+it", Self.sample.outOfSync)
        #expect(none.all(class: "empty").map(\.text) == ["No service matches."])
        #expect(none["filter-text"]?.attributes["value"] == "nothing like it")
    }

    @Test(arguments: PageTests.hostile)
    func whatIsSearchedNeverBecomesMarkup(_ text: String) throws {
        let query =
            "search=\(text.utf8.map { byte in "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined())"
        let page = try page(query, Self.sample.outOfSync)
        #expect(page.all("script").count == 1 && page.all("img").isEmpty && page.all("style").count == 1)
    }

    @Test func aServiceOfAnotherPageIsLinkedToOneOfItsOwn() throws {
        var status = Self.many
        let last = try #require(status.services.last).slug
        status.recentChanges = [last, "service-1013", "gone"].map { name in
            RecentChange(
                at: status.since,
                pass: 1,
                kind: RecentChange.service,
                name: name,
                decision: "update",
                reason: "group differs",
                fields: [],
                isDrift: false
            )
        }
        let page = try page("", status)
        #expect(links(page, "history") == ["?service=\(last)#service-\(last)", "#service-service-1013"])
        #expect(try slugs(self.page("service=\(last)", status)) == [last])
    }

    @Test func theFirstPageOfTenThousandIsSmall() throws {
        var status = Self.sample.many(10_000)
        #expect(StatusPage.render(status).utf8.count < 300_000)
        // Every service has as much to show as one that failed.
        let failed = try #require(status.services.first { $0.state == .failed })
        status.services = status.services.map { service in
            var copy = failed
            copy.slug = service.slug
            return copy
        }
        #expect(StatusPage.render(status).utf8.count < 300_000)
    }
}
