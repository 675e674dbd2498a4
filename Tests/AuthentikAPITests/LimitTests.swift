import CurlTransport
import JSON
import Kinds
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import AuthentikAPI

/// A server that says or sends more than it can have, by mistake or not.
@Suite("AuthentikClient: limits", .timeLimit(.minutes(60)))
struct LimitTests {
    @Test(
        "A number of pages that does not fit the rest is refused, and none of them is asked for",
        arguments: [
            (0, 99_999_999_999, 1_000_000_000), (3, Int.max, 2), (0, 100_001, 1001), (3, 9, 4), (3, 4, 3), (0, 5, 6),
            (3, 3, 2), (0, 0, Int.max), (3, -1, 7),
        ]
    )
    func pages(rows: Int, count: Int, pages: Int) async throws {
        let server = try CannedServer(page(0..<rows, count: count, pages: pages))
        let client = try makeClient(server)
        let error = try await failure { try await client.applications() }
        #expect(error.kind == .undecodable)
        #expect(error.message.hasPrefix("the list reports "), "\(error)")
        #expect(server.requests.count == 1)
        #expect(try await failure { try await client.listedApplications() }.kind == .undecodable)
    }

    @Test("A list of which rows are left out, and one of small pages, are read")
    func honest() async throws {
        let server = try CannedServer { request in
            request.target.contains("&page=") ? page(50..<60, count: 120, pages: 2) : page(0..<50, count: 120, pages: 2)
        }
        #expect(try await makeClient(server).listedApplications().rows.count == 60)
        let small = try CannedServer { request in
            let number = request.target.split(separator: "=").last.flatMap { Int($0) } ?? 1
            let first = request.target.contains("&page=") ? (number - 1) * 5 : 0
            return page(first..<(first + 5), count: 60, pages: 12)
        }
        #expect(try await makeClient(small).applications().map(\.pk) == (0..<60).map(String.init))
    }

    @Test("Few pages of a list are under way at once, and none is begun after the deadline")
    func window() async throws {
        let server = try CannedServer { request in
            request.number == 1 ? page(0..<1, count: 1000, pages: 1000) : .silence
        }
        var client = try makeClient(server)
        client.retryPolicy.maximumAttempts = 1
        client.deadline = .now + .milliseconds(700)
        let error = try await failure { try await client.applications() }
        #expect(error.kind == .unreachable)
        #expect(server.requests.count <= 9)
        let asked = server.requests.count
        #expect(try await failure { try await client.applications() }.message.contains("the time limit expired"))
        #expect(server.requests.count == asked)
    }

    @Test("Where a page is too large, the list is read in smaller ones")
    func smallerPages() async throws {
        let large = "[" + String(repeating: "1,", count: APIRequest.maximumResponseBytes / 2) + "1]"
        let server = try CannedServer { request in
            if request.target.contains("page_size=100") { return .json(200, large) }
            return request.target.contains("&page=2")
                ? page(5..<8, count: 8, pages: 2) : page(0..<5, count: 8, pages: 2)
        }
        #expect(try await makeClient(server).applications().map(\.pk) == (0..<8).map(String.init))
        #expect(try await makeClient(server).listedApplications().rows.count == 8)
    }

    @Test("A page that is too large is refused, a smaller one, too")
    func largePage() async throws {
        let body = "[" + String(repeating: "1,", count: APIRequest.maximumResponseBytes / 2) + "1]"
        let server = try CannedServer(.json(200, body))
        let error = try await failure { try await makeClient(server).applications() }
        #expect(error.transport?.kind == .responseTooLarge)
        #expect(server.requests.count == 2)
    }

    @Test("Of a large error body nothing is shown, and its status counts", arguments: [1 << 16, 1 << 20, 30 << 20])
    func largeError(count: Int) async throws {
        let server = try CannedServer(.json(400, "[" + String(repeating: "1,", count: count) + "1]"))
        let error = try await failure { try await makeClient(server).applications() }
        #expect(error.kind == .rejected)
        #expect(error.status == 400)
        #expect(error.message == "answered 400 with a body of more than 65536 bytes, which was not read")
        #expect(error.fields == [])
    }

    @Test(
        "Of many errors the first are shown",
        arguments: [
            "[" + String(repeating: "1,", count: 20_000) + "1]",
            "{" + (0..<2000).map { #""field-\#($0)": ["no"]"# }.joined(separator: ",") + "}",
            #"["\#(String(repeating: "x", count: 60_000))"]"#,
            #"{"\#(String(repeating: "x", count: 1000))": {"y": {"z": ["no", "no"]}}}"#,
            String(repeating: #"{"x":"#, count: 500) + #"["no"]"# + String(repeating: "}", count: 500),
            "[\"" + String(repeating: "e\u{301}\u{316}", count: 12_000) + "\"]",
        ]
    )
    func manyErrors(body: String) async throws {
        let server = try CannedServer(.json(400, body))
        let error = try await failure { try await makeClient(server).applications() }
        #expect(error.kind == .rejected)
        #expect(!error.fields.isEmpty && error.fields.count <= 20)
        #expect(error.message.unicodeScalars.count <= 2001)
        #expect(error.fields.map { "\($0.field)\($0.message)".unicodeScalars.count }.reduce(0, +) <= 2021)
    }

    @Test("What would take hours to compare is no JSON")
    func marks() async throws {
        for mark in ["\u{301}\u{316}", #"\u0301\u0316"#] {
            let name = "e" + String(repeating: mark, count: 150_000)
            for row in [#"{"\#(name)": 1}"#, #"{"pk": "\#(name)", "slug": "a", "name": "b"}"#] {
                let server = try CannedServer(
                    .json(200, #"{"pagination": {"count": 1, "total_pages": 1}, "results": [\#(row)]}"#)
                )
                let error = try await failure { try await makeClient(server).applications() }
                #expect(error.kind == .undecodable)
                #expect(error.message.contains("too many combining marks"))
            }
        }
    }

    @Test("A refusal that would take long to sort is not shown")
    func longName() async throws {
        let name = String(repeating: "\u{301}\u{316}", count: 15_000)
        let server = try CannedServer(.json(400, "{\"e\(name)\": 1}"))
        #expect(try await failure { try await makeClient(server).applications() }.message == "answered 400")
    }

    @Test("Nothing that was sent in secret is shown, wherever an answer has it")
    func masked() async throws {
        let encoded = "dDBrZW4tb2YtdGhlLXRlc3Q"
        let texts = [
            "t0ken-of-the-test", "t0ken-of-the-test\u{301}", "t0ken-of-the-test\u{200D}", "t0ken-of-the-test\u{FE0F}",
            encoded, "t0ken%2Dof%2Dthe%2Dtest", #"t0ken\u002dof\u002dthe\u002dtest"#,
        ]
        for text in texts {
            let replies: [CannedReply] = [
                .json(400, #"{"\#(text)": ["no"]}"#), .json(400, #"{"a": {"\#(text)": ["no"]}}"#),
                .json(400, #"{"a": ["\#(text)"]}"#), .json(400, "{}", [("x-authentik-id", text)]),
                .answer(200, [("content-type", text)], body: [0x20]), .answer(302, [("location", "/\(text)")]),
                .json(200, #"{"version_current": "\#(text)"}"#), .json(200, #"{"version_current": "2026.5.\#(text)"}"#),
                .json(200, "{}", [("x-authentik-id", text)]), .json(500, #"{"detail": "\#(text)"}"#),
            ]
            for reply in replies {
                let server = try CannedServer(reply)
                let error = try await failure { try await makeClient(server).release() }
                var dumped = ""
                dump(error, to: &dumped)
                for shown in [dumped, "\(error)"] {
                    #expect(!shown.utf8.contains("t0ken".utf8) && !shown.contains(encoded), "\(shown)")
                }
            }
        }
    }

    @Test("An object is found by the name it has to the byte")
    func exactName() async throws {
        let rows =
            #"[{"pk": 1, "name": "cafe\u0301", "client_id": "a"}, {"pk": 2, "name": "caf\u00e9", "client_id": "b"}]"#
        let server = try CannedServer { request in
            request.method == "POST"
                ? .json(500, "{}") : .json(200, #"{"pagination": {"count": 2, "total_pages": 1}, "results": \#(rows)}"#)
        }
        let client = try makeClient(server)
        func found(_ name: String) async throws -> Int {
            let fields = SentFields([FieldAssignment(field: "name", value: .text(name))])
            let creation: Creation<OAuth2Provider> = try await client.create(fields)
            return creation.object.pk
        }
        #expect(try await found("caf\u{E9}") == 2)
        #expect(try await found("cafe\u{301}") == 1)
    }

    @Test("Redirect URIs are the same only to the byte")
    func exactRedirects() {
        typealias Entry = RedirectEntry
        let (one, other) = ("https://a/caf\u{E9}", "https://a/cafe\u{301}")
        #expect(Entry(matchingMode: "strict", url: one) != Entry(matchingMode: "strict", url: other))
        #expect(Set([Entry(matchingMode: "strict", url: one), Entry(matchingMode: "strict", url: other)]).count == 2)
    }

    @Test(
        "A release is of letters, digits and dots",
        arguments: [
            "2025.12.`\u{301}@x", "2025.12.4 ", "2025.12.\u{E9}", "2025.12." + String(repeating: "1", count: 80),
        ]
    )
    func release(text: String) {
        #expect(Release(text) == nil)
    }
}
