import JSON
import Kinds
import Synchronization
import TestSupport
import Testing

@testable import AuthentikAPI

/// Lists of which rows come and go while they are read.
@Suite("AuthentikClient: lists that do not stand still", .timeLimit(.minutes(60)))
struct MovingListTests {
    /// What happens to the list before a request is answered, and what the client makes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var count = 150
        var changes: [Int: @Sendable (inout MovingList) -> Void]
        /// How many requests the whole list takes.
        var requests: Int
        /// Whether the first look shows that something changed.
        var isNoticed = true
    }

    static let cases = [
        Case(testDescription: "nothing", changes: [:], requests: 2, isNoticed: false),
        Case(testDescription: "a row before the boundary is deleted", changes: [2: { $0.remove(10) }], requests: 3),
        Case(
            testDescription: "a row after the boundary is deleted",
            changes: [2: { $0.remove(120) }],
            requests: 3
        ),
        Case(
            testDescription: "a row before the boundary is created, so that one shows twice",
            changes: [2: { $0.insert(10.5) }],
            requests: 2,
            isNoticed: false
        ),
        Case(testDescription: "a row at the end is created", changes: [2: { $0.insert(999) }], requests: 3),
        Case(
            testDescription: "many rows before the boundary are deleted",
            changes: [2: { list in (1...40).forEach { list.remove(Double($0)) } }],
            requests: 4
        ),
        Case(
            testDescription: "so many that there is no second page",
            changes: [2: { list in (1...60).forEach { list.remove(Double($0)) } }],
            requests: 4
        ),
        Case(
            testDescription: "a row is deleted before each request",
            changes: [2: { $0.remove(2) }, 3: { $0.remove(3) }, 4: { $0.remove(4) }, 5: { $0.remove(5) }],
            requests: 3
        ),
    ]

    @Test(arguments: cases)
    func `all rows are there that were there all the time`(_ moving: Case) async throws {
        let list = Mutex(MovingList(moving.count))
        let server = try CannedServer { request in
            list.withLock { list in
                moving.changes[request.number]?(&list)
                return list.answer(request)
            }
        }
        let client = try makeClient(server)
        let before = Set(MovingList(moving.count).keys)
        let rows = try await client.applications().map(\.pk)
        #expect(server.requests.count == moving.requests)
        #expect(Set(rows).isSuperset(of: before.intersection(list.withLock { Set($0.keys) })))
        #expect(rows == rows.sorted())
        #expect(Set(rows).count == rows.count)
    }

    @Test(arguments: cases)
    func `one look says whether anything shows that the list changed`(_ moving: Case) async throws {
        let list = Mutex(MovingList(moving.count))
        let server = try CannedServer { request in
            list.withLock { list in
                moving.changes[request.number]?(&list)
                return list.answer(request)
            }
        }
        let listing = try await makeClient(server).listedApplications()
        #expect(listing.isWhole == !moving.isNoticed)
        #expect(listing.pageCount == 2)
        #expect(server.requests.count == 2)
    }

    /// Nothing of the two answers says so; that is why what is missing is looked up.
    @Test func `a row that slips through while the count stays is found where the list is completed`() async throws {
        let list = Mutex(MovingList(150))
        let server = try CannedServer { request in
            list.withLock { list in
                if request.number == 2 {
                    list.remove(10)
                    list.insert(120.5)
                }
                return list.answer(request)
            }
        }
        let client = try makeClient(server)
        let listing = try await client.listedApplications()
        #expect(listing.isWhole)
        #expect(!listing.rows.map(\.pk).contains(MovingList.key(101)))
        #expect(try await client.complete(listing).map(\.pk).contains(MovingList.key(101)))
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [1, 7, 42, 1234])
    func `a long list that changes before each answer is read in about two requests a page`(seed: Int) async throws {
        struct State {
            var list = MovingList(5_000)
            var random: SeededRandom
        }
        let state = Mutex(State(random: SeededRandom(seed: UInt64(seed))))
        let server = try CannedServer { request in
            state.withLock { state in
                for _ in 1...3 {
                    if Bool.random(using: &state.random) {
                        state.list.insert(Double.random(in: 1...5_000, using: &state.random))
                    } else {
                        state.list.remove(Double(Int.random(in: 1...5_000, using: &state.random)))
                    }
                }
                return state.list.answer(request)
            }
        }
        let before = Set(MovingList(5_000).keys)
        let rows = Set(try await makeClient(server).applications().map(\.pk))
        let stayed = state.withLock { before.intersection($0.list.keys) }
        #expect(rows.isSuperset(of: stayed))
        #expect(server.requests.count < 150)
    }

    @Test func `a list that is not ordered by its keys is read twice, and then given up`() async throws {
        let list = Mutex(MovingList(150))
        let server = try CannedServer { request in
            list.withLock { list in
                if request.number.isMultiple(of: 2) { list.remove(Double(request.number)) }
                return list.answer(request, isOrdered: false)
            }
        }
        let client = try makeClient(server)
        #expect(try await failure { try await client.applications() }.kind == .unstableList)
        #expect(server.requests.count == 4)
    }

    // MARK: Which page

    @Test(arguments: [100, 5, 3, 2])
    func `there is a page with any boundary in its middle`(size: Int) {
        for boundary in stride(from: size, through: 20_000, by: size) {
            let choice = PageChoice(around: boundary, smallerThan: size)
            let first = (choice.number - 1) * choice.size
            #expect(choice.size < size || size <= 2)
            guard size > 5 else { continue }
            #expect(first + choice.size / 4 <= boundary)
            #expect(boundary < first + choice.size - choice.size / 4)
        }
    }

    @Test(
        arguments: [
            ("one page", [(nil, nil)], []),
            ("two pages", [(nil, 10), (11, nil)], ["10–11"]),
            ("pages that share a row", [(nil, 10), (10, nil)], []),
            ("a page across", [(nil, 10), (11, nil), (5, 15)], []),
            ("a page beside", [(nil, 10), (20, nil), (12, 15)], ["10–12", "15–20"]),
            ("no end", [(nil, 10)], ["10–"]),
            ("no beginning", [(5, nil)], ["–5"]),
            ("nothing", [], ["–"]),
        ] as [(String, [(Int?, Int?)], [String])]
    )
    func gaps(name: String, spans: [(Int?, Int?)], gaps: [String]) {
        let found = Coverage(spans.map { Span(lower: $0.0, upper: $0.1, first: ($0.0 ?? 0, 0)) }).gaps
        #expect(found.map { "\($0.after.map(String.init) ?? "")–\($0.before.map(String.init) ?? "")" } == gaps)
    }
}

/// A list of applications as Authentik pages it.
struct MovingList: Sendable {
    /// In order.
    private(set) var keys: [String]

    init(_ count: Int) {
        keys = (1...count).map { Self.key(Double($0)) }
    }

    /// Texts in the order of the numbers.
    static func key(_ number: Double) -> String { String(Int(number * 1_000) + 1_000_000_000) }

    mutating func insert(_ number: Double) {
        let key = Self.key(number)
        let index = keys.firstIndex { $0 >= key } ?? keys.count
        if index == keys.count || keys[index] != key { keys.insert(key, at: index) }
    }

    mutating func remove(_ number: Double) { keys.removeAll { $0 == Self.key(number) } }

    func answer(_ request: RecordedRequest, isOrdered: Bool = true) -> CannedReply {
        func parameter(_ name: String) -> Int? {
            request.target.split { "?&".contains($0) }.first { $0.hasPrefix("\(name)=") }
                .flatMap { Int($0.dropFirst(name.count + 1)) }
        }
        let (size, number) = (parameter("page_size") ?? 20, parameter("page") ?? 1)
        let pages = max(1, (keys.count + size - 1) / size)
        guard number <= pages else { return .json(404, #"{"detail": "Invalid page."}"#) }
        let keys = isOrdered ? keys : keys.reversed()
        let rows = keys[(number - 1) * size..<min(number * size, keys.count)].map { key in
            ["pk": .string(key), "slug": .string("s\(key)"), "name": "n"] as JSONValue
        }
        let body: JSONValue = [
            "pagination": ["count": .integer(keys.count), "total_pages": .integer(pages), "next": 0],
            "results": .array(rows),
        ]
        return .json(200, String(decoding: body.serialized(), as: UTF8.self))
    }
}
