import BuildIdentity
import TestSupport
import Testing

@testable import CurlTransport

@Suite("CurlTransport: what is sent and what is shown", .timeLimit(.minutes(60)))
struct RequestTests {
    @Test("Method, headers and body arrive as they are", arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func arrives(method: String) async throws {
        let server = try CannedServer(.text(200, "ok"))
        let body = [UInt8](0...255)
        let headers: HTTPHeaders = ["X-One": "a b", "content-type": "application/json"]
        _ = try await makeTransport().send(HTTPRequest(method, server.url + "/x/", headers: headers, body: body))
        let request = try #require(server.requests.first)
        #expect(request.method == method)
        #expect(request.target == "/x/")
        #expect(request.header("x-one") == "a b")
        #expect(request.header("content-type") == "application/json")
        #expect(request.header("expect") == nil)
        #expect(request.header("user-agent") == Build.userAgent)
        #expect(request.body == body)
    }

    @Test("A body may be empty, absent, or large", arguments: [nil, 0, 5_000_000])
    func bodySize(size: Int?) async throws {
        let server = try CannedServer(.text(200, "ok"))
        let body = size.map { [UInt8](repeating: 66, count: $0) }
        _ = try await makeTransport().send(HTTPRequest("PUT", server.url, body: body))
        let request = try #require(server.requests.first)
        #expect(request.body.count == size ?? 0)
        #expect(request.header("content-length") == size.map { "\($0)" })
    }

    /// A request full of things that must not be seen: all of them contain `s3cret`.
    private static func secretive(_ base: String) -> HTTPRequest {
        HTTPRequest(
            "POST",
            base.replacing("://", with: "://user:s3cret@") + "/path?key=s3cret#s3cret",
            headers: ["authorization": "Bearer s3cret"],
            body: [UInt8]("s3cret".utf8)
        )
    }

    /// All that prints a value by itself.
    private static func sightings(of value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        dump([value], to: &dumped)
        dump(Mirror(reflecting: value), to: &dumped)
        return dumped + "\(value) \([value])" + String(reflecting: value) + String(describing: value)
    }

    @Test("A request shows its method and its address, and no more")
    func requestShows() {
        let request = Self.secretive("http://example.org:80")
        #expect("\(request)" == "POST http://example.org:80/path")
        let seen = Self.sightings(of: request)
        #expect(!seen.contains("s3cret"))
        #expect(!seen.contains("115, 51, 99"), "the bytes of the body")
    }

    @Test(
        "What is left of an address in an error",
        arguments: [
            ("http://h/p?q#f", "GET http://h/p"), ("http://h#f", "GET http://h"), ("http://u:p@h/p", "GET http://h/p"),
            ("http://u:p@q@h/p@x", "GET http://h/p@x"), ("http://h/a://b@c", "GET http://h/a://b@c"),
            ("h?q=1", "GET h"), ("", "GET "),
        ]
    )
    func redaction(url: String, expected: String) {
        #expect(HTTPRequest("GET", url).redactedDescription == expected)
    }

    @Test(
        "An error shows nothing of the query, the headers or the body",
        arguments: [CannedReply.close, .reset, .silence, .answer(200, body: [1, 2, 3])]
    )
    func errorShows(reply: CannedReply) async throws {
        let server = try CannedServer(reply)
        let transport = try makeTransport {
            $0.maximumResponseBytes = 2
            $0.timeLimit = .milliseconds(200)
        }
        let error = try await transport.failure(of: Self.secretive(server.url))
        #expect(error.request == "POST \(server.url)/path")
        #expect(!Self.sightings(of: error).contains("s3cret"))
    }

    @Test(
        "An error of what was never sent shows no more",
        arguments: ["http://127.0.0.1:99999", "ftp://127.0.0.1", "http://[::1", "http://127.0.0.1\r"]
    )
    func unsentErrorShows(base: String) async throws {
        let error = try await makeTransport().failure(of: Self.secretive(base))
        #expect(!Self.sightings(of: error).contains("s3cret"))
    }

    @Test("A response shows its status, not its body or its headers")
    func responseShows() {
        let response = HTTPResponse(status: 200, headers: ["set-cookie": "s3cret"], body: [UInt8]("s3cret".utf8))
        let seen = Self.sightings(of: response)
        #expect(seen.contains("200"))
        #expect(!seen.contains("s3cret"))
        #expect(!seen.contains("115, 51, 99"))
    }
}
