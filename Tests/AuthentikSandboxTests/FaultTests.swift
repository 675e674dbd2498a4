import AuthentikSandbox
import JSON
import Synchronization
import Testing

/// Faults as a client sees them.
@Suite(.timeLimit(.minutes(60))) struct FaultTests {
    private static let groups = "/api/v3/core/groups/"
    private static let group: JSONValue = ["name": "made"]

    /// Sends over a connection of its own: a client may repeat what it lost on one that it had used before.
    private func send(
        _ workshop: Workshop,
        _ method: String = "GET",
        _ path: String = groups,
        _ body: JSONValue? = nil
    ) async throws -> HTTPClient.Answer {
        try await HTTPClient(workshop.client.baseURL).send(method, path, body)
    }

    private func withFault(
        _ rules: String...,
        body: @Sendable (Workshop) async throws -> Void
    ) async throws {
        let rules = try rules.map(FaultRule.init(parsing:))
        try await Workshop.open { workshop in
            workshop.sandbox.faults.set(FaultPlan(rules: rules))
            try await body(workshop)
        }
    }

    /// Whether the group is there, once nothing goes wrong any more.
    private func isMade(_ workshop: Workshop) async throws -> Bool {
        workshop.sandbox.faults.set(FaultPlan())
        return try await workshop.count("core/groups/?name=made") == 1
    }

    @Test func `without faults nothing goes wrong`() async throws {
        try await Workshop.open { workshop in
            let answer = try await send(workshop)
            #expect(answer.status == 200)
            #expect(workshop.sandbox.requests.allSatisfy { $0.faults.isEmpty })
        }
    }

    @Test func `latency`() async throws {
        try await withFault("latency=50ms") { workshop in
            let start = ContinuousClock.now
            let answer = try await send(workshop)
            #expect(answer.status == 200)
            #expect(.now - start >= .milliseconds(50))
            #expect(workshop.sandbox.requests.map(\.faults) == [["latency=50ms"]])
        }
    }

    @Test(arguments: [502, 503, 504])
    func `unavailable`(status: Int) async throws {
        try await withFault("unavailable=\(status)") { workshop in
            let answer = try await send(workshop, "POST", Self.groups, Self.group)
            #expect(answer.status == status)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.headers["retry-after"] == nil)
            #expect(try await !isMade(workshop))
        }
    }

    @Test func `unavailable, and all the same done`() async throws {
        try await withFault("unavailable=504,retry-after=3,write=done") { workshop in
            let answer = try await send(workshop, "POST", Self.groups, Self.group)
            #expect(answer.status == 504)
            #expect(answer.headers["retry-after"] == "3")
            #expect(try await isMade(workshop))
        }
    }

    @Test(arguments: [("before", false), ("after", true)])
    func `reset`(moment: String, isDone: Bool) async throws {
        try await withFault("reset=\(moment)") { workshop in
            await #expect(throws: (any Error).self) { try await send(workshop, "POST", Self.groups, Self.group) }
            #expect(workshop.sandbox.requests.map(\.status) == [0])
            #expect(workshop.sandbox.requests.map(\.faults) == [["reset=\(moment)"]])
            let isMade = try await isMade(workshop)
            #expect(isMade == isDone)
        }
    }

    @Test func `a sandbox outlives many resets`() async throws {
        try await withFault("reset=before,share=0.5", "cut,share=0.5") { workshop in
            await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<8 { _ = try? await send(workshop) } }
                }
            }
            workshop.sandbox.faults.set(FaultPlan())
            let answer = try await send(workshop)
            #expect(answer.status == 200)
        }
    }

    @Test func `cut`() async throws {
        try await withFault("cut") { workshop in
            await #expect(throws: (any Error).self) { try await send(workshop, "POST", Self.groups, Self.group) }
            #expect(workshop.sandbox.requests.map(\.status) == [201])
            let isMade = try await isMade(workshop)
            #expect(isMade)
        }
    }

    @Test func `slow body`() async throws {
        try await withFault("slow-body=50ms") { workshop in
            let start = ContinuousClock.now
            let answer = try await send(workshop)
            #expect(.now - start >= .milliseconds(50))
            #expect(answer.json?["results"]?.array?.isEmpty == false)
        }
    }

    @Test func `truncated`() async throws {
        try await withFault("truncated") { workshop in
            let answer = try await send(workshop, "POST", Self.groups, Self.group)
            #expect(answer.status == 201)
            #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
            #expect(answer.json == nil)
            #expect(answer.text.hasPrefix("{"))
            #expect(try await isMade(workshop))
        }
    }

    @Test(arguments: [200, 404, 500])
    func `html`(status: Int) async throws {
        try await withFault("html=\(status)") { workshop in
            let answer = try await send(workshop, "POST", Self.groups, Self.group)
            #expect(answer.status == status)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.text.hasPrefix("<html>"))
            #expect(try await !isMade(workshop))
        }
    }

    @Test(arguments: [1, 2])
    func `late`(writes: Int) async throws {
        try await withFault("late=\(writes),times=1") { workshop in
            await #expect(throws: (any Error).self) { try await send(workshop, "POST", Self.groups, Self.group) }
            for number in 1...writes {
                // However often somebody looks, it is not there before that write.
                let before = try await workshop.count("core/groups/?name=made")
                #expect(before == 0)
                let other: JSONValue = ["name": .string("other-\(number)")]
                _ = try await send(workshop, "POST", Self.groups, other)
            }
            let after = try await workshop.count("core/groups/?name=made")
            #expect(after == 1)
        }
    }

    @Test func `what lands late comes before the write that it lands at`() async throws {
        try await withFault("late=1,times=1") { workshop in
            await #expect(throws: (any Error).self) { try await send(workshop, "POST", Self.groups, Self.group) }
            let second = try await send(workshop, "POST", Self.groups, Self.group)
            #expect(second.status == 400)
        }
    }

    @Test func `a field is ignored in silence`() async throws {
        try await withFault("ignore=meta_publisher") { workshop in
            let body: JSONValue = ["name": "A", "slug": "a", "meta_publisher": "P", "group": "G"]
            let made = try await send(workshop, "POST", "/api/v3/core/applications/", body)
            #expect(made.status == 201)
            #expect(made.json?["meta_publisher"] == "")
            #expect(made.json?["group"] == "G")
            let both: JSONValue = [
                "app": ["name": "B", "slug": "b", "meta_publisher": "P"],
                "provider_model": "authentik_providers_oauth2.oauth2provider", "provider": workshop.provider("b"),
            ]
            #expect(try await send(workshop, "PUT", "/api/v3/core/transactional/applications/", both).status == 200)
            let found = try await send(workshop, "GET", "/api/v3/core/applications/b/")
            #expect(found.json?["meta_publisher"] == "")
        }
    }

    @Test func `a field that is not taken any more is named, and nothing is done`() async throws {
        try await withFault("refuse=client_secret") { workshop in
            let path = "/api/v3/providers/oauth2/"
            let errors: JSONValue = [
                "client_secret": ["This field is not taken any more. Use client_secret_ref."]
            ]
            let secret: [String: JSONValue] = ["client_secret": "s"]
            let refused = try await send(workshop, "POST", path, workshop.provider("a", secret))
            #expect(refused.status == 400)
            #expect(refused.json == errors)
            let made = try await send(workshop, "POST", path, workshop.provider("a"))
            #expect(made.status == 201)
            let own = "\(path)\(made.json?["pk"]?.integer ?? 0)/"
            #expect(try await send(workshop, "PATCH", own, .object(secret)).json == errors)
            #expect(try await send(workshop, "PATCH", own, ["access_code_validity": "minutes=2"]).status == 200)
            #expect(try await send(workshop, "GET", own).json?["client_secret"] == made.json?["client_secret"])
            let both: JSONValue = [
                "app": ["name": "B", "slug": "b"], "provider_model": "authentik_providers_oauth2.oauth2provider",
                "provider": workshop.provider("b", secret),
            ]
            let transaction = try await send(workshop, "PUT", "/api/v3/core/transactional/applications/", both)
            #expect(transaction.status == 400)
            #expect(transaction.json == ["provider": errors])
        }
    }

    @Test func `a token is revoked half way`() async throws {
        try await withFault("revoked,after=1") { workshop in
            #expect(try await send(workshop).status == 200)
            for _ in 0..<2 {
                let answer = try await send(workshop)
                #expect(answer.status == 403)
                #expect(answer.json == ["detail": "Token invalid/expired"])
            }
        }
    }

    @Test func `starting up`() async throws {
        let time = Mutex(ContinuousClock.now)
        var configuration = Sandbox.Configuration(token: "sandbox-token")
        configuration.now = { time.withLock { $0 } }
        configuration.faults = FaultPlan(rules: [FaultRule(.starting(.seconds(10)))])
        try await withSandbox(configuration: configuration) { _, baseURL in
            let client = try HTTPClient(baseURL)
            #expect(try await client.send("GET", "/-/health/live/").status == 200)
            for path in ["/-/health/ready/", Self.groups] {
                let answer = try await client.send("GET", path)
                #expect(answer.status == 503)
                #expect(answer.headers["retry-after"] == "5")
            }
            time.withLock { $0 += .seconds(10) }
            #expect(try await client.send("GET", Self.groups).status == 200)
        }
    }
}

/// A list that shifts while it is read, page by page.
@Suite(.timeLimit(.minutes(60))) struct ShiftedPageTests {
    /// The names on a page of two, and what the page says of itself; of the groups `a`, `b`, ….
    private func page(
        _ number: Int,
        of count: Int,
        _ shift: Fault.Shift?
    ) async throws -> (names: [String], pagination: JSONValue?, status: Int) {
        try await Workshop.open { workshop in
            for letter in "abcdefgh".prefix(count) {
                _ = try await workshop.post("core/groups/", ["name": .string("x-\(letter)"), "attributes": [:]])
            }
            if let shift { workshop.sandbox.faults.set(FaultPlan(rules: [FaultRule(.shift(shift))])) }
            let answer = try await workshop.get("core/groups/?search=x-&page=\(number)&page_size=2")
            let names = answer.json?["results"]?.array?.compactMap { $0["name"]?.string } ?? []
            return (names.map { String($0.dropFirst(2)) }, answer.json?["pagination"], answer.status)
        }
    }

    @Test(arguments: [(1, ["a", "b"]), (2, ["c", "d"]), (3, ["e"])])
    func `as it is`(number: Int, names: [String]) async throws {
        #expect(try await page(number, of: 5, nil).names == names)
    }

    @Test(arguments: [(1, ["a", "b"]), (2, ["b", "c"]), (3, ["d", "e"])])
    func `a row came before`(number: Int, names: [String]) async throws {
        let page = try await page(number, of: 5, .appear)
        #expect(page.names == names)
        #expect(page.pagination?["count"] == (number == 1 ? 5 : 6))
    }

    @Test(arguments: [(1, ["a", "b"]), (2, ["d", "e"])])
    func `the first row went`(number: Int, names: [String]) async throws {
        let page = try await page(number, of: 5, .vanish)
        #expect(page.names == names)
        #expect(page.pagination?["count"] == (number == 1 ? 5 : 4))
        #expect(page.pagination?["total_pages"] == (number == 1 ? 3 : 2))
    }

    @Test func `a last page of one row is gone with it`() async throws {
        #expect(try await page(3, of: 5, .vanish).status == 404)
    }
}
