import Kinds
import TestSupport
import Testing

@testable import AuthentikAPI

@Suite("AuthentikClient: lists", .timeLimit(.minutes(60)))
struct ListTests {
    /// The number of the page that a request asks for.
    private static func number(_ request: RecordedRequest) -> Int {
        request.target.split(separator: "&").compactMap { $0.wholeMatch(of: /page=(\d+)/) }.first
            .flatMap { Int($0.output.1) } ?? 1
    }

    @Test("Reads the first page, then the others, and keeps their order")
    func pages() async throws {
        let server = try CannedServer { request in
            switch Self.number(request) {
            case 1: page(1...100, count: 230, pages: 3)
            case 2: page(101...200, count: 230, pages: 3)
            default: page(201...230, count: 230, pages: 3)
            }
        }
        let client = try makeClient(server)
        let rows = try await client.applications()
        #expect(rows.map(\.pk) == (1...230).map(String.init))
        let list = "/api/v3/core/applications/?superuser_full_list=true&ordering=pk&page_size=100"
        #expect(server.requests.first?.target == list)
        #expect(Set(server.requests.map(\.target)) == [list, list + "&page=2", list + "&page=3"])
        #expect(client.requestCounts.reads == 3)
        #expect(client.requestCounts.writes == 0)
    }

    @Test("An empty list is one request")
    func empty() async throws {
        let server = try CannedServer(page([], count: 0, pages: 1))
        #expect(try await makeClient(server).applications().isEmpty)
        #expect(server.requests.count == 1)
    }

    @Test("A row that shows twice, with none missing, counts once")
    func harmlessDuplicate() async throws {
        let server = try CannedServer {
            Self.number($0) == 1 ? page(1...3, count: 4, pages: 2) : page(3...4, count: 4, pages: 2)
        }
        #expect(try await makeClient(server).applications().map(\.pk) == ["1", "2", "3", "4"])
        #expect(server.requests.count == 2)
    }

    @Test("A list that has a hole twice is unstable")
    func unstable() async throws {
        let server = try CannedServer(page(1...3, count: 4, pages: 1))
        let client = try makeClient(server)
        let error = try await failure { try await client.applications() }
        #expect(error.kind == .unstableList)
        #expect(server.requests.count == 2)
    }

    @Test("A page that is past the end by now is a hole")
    func pastTheEnd() async throws {
        let server = try CannedServer { request in
            if Self.number(request) > 1 { return .json(404, #"{"detail": "Invalid page."}"#) }
            return request.number == 1 ? page(1...3, count: 4, pages: 2) : page(1...3, count: 3, pages: 1)
        }
        #expect(try await makeClient(server).applications().map(\.pk) == ["1", "2", "3"])
        #expect(server.requests.count == 3)
    }

    @Test("A list that is not there at all is an error")
    func noList() async throws {
        let server = try CannedServer(.json(404, #"{"detail": "Not found."}"#))
        let client = try makeClient(server)
        #expect(try await failure { try await client.applications() }.kind == .notFound)
        #expect(server.requests.count == 1)
    }

    @Test("One page that fails fails the list")
    func onePageFails() async throws {
        let server = try CannedServer { request in
            Self.number(request) == 2 ? .json(403, #"{"detail": "no"}"#) : page(1...2, count: 6, pages: 3)
        }
        let client = try makeClient(server)
        #expect(try await failure { try await client.applications() }.kind == .permissionDenied)
    }

    @Test("A list of providers that fails says what may be the matter")
    func brokenProvider() async throws {
        let server = try CannedServer(.html(500, ""))
        let client = try makeClient(server)
        let error = try await failure { try await client.providers() }
        #expect(error.kind == .serverError)
        #expect(error.message.contains("redirect_uris"))
        #expect(server.requests.count == 3)
    }
}
