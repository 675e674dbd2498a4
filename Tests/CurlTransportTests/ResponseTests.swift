import TestSupport
import Testing

@testable import CurlTransport

@Suite("CurlTransport: what comes back", .timeLimit(.minutes(60)))
struct ResponseTests {
    @Test("A good answer comes with its status, its headers and its body")
    func goodAnswer() async throws {
        let server = try CannedServer(.answer(201, [("X-Thing", " a: b "), ("x-thing", "c")], body: [0, 255, 10]))
        let response = try await makeTransport().get(server.url + "/a/b?c=d")
        #expect(response.status == 201)
        #expect(response.body == [0, 255, 10])
        #expect(response.headers["x-thing"] == "a: b")
        #expect(response.headers.fields.filter { $0.name == "x-thing" }.map(\.value) == ["a: b", "c"])
        #expect(server.requests.map(\.target) == ["/a/b?c=d"])
    }

    @Test("An answer of any status is an answer", arguments: [200, 204, 301, 400, 403, 404, 405, 500, 503])
    func anyStatus(status: Int) async throws {
        let server = try CannedServer(.answer(status))
        #expect(try await makeTransport().get(server.url).status == status)
    }

    @Test("An interim answer is not the answer")
    func interimAnswer() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nx-early: yes\r\n\r\n"
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        let server = try CannedServer(.bytes([UInt8]((interim + answer).utf8)))
        let response = try await makeTransport().get(server.url)
        #expect(response.status == 200)
        #expect(response.headers["x-early"] == nil)
        #expect(response.text == "ok")
    }

    @Test("A body in chunks is put together, also when it comes in drips")
    func chunks() async throws {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel"
        let rest = "lo\r\n6\r\n world\r\n0\r\n\r\n"
        let server = try CannedServer(.drip(first: [UInt8](head.utf8), rest: [UInt8](rest.utf8)))
        async let response = makeTransport().get(server.url)
        await server.received(1)
        server.release()
        #expect(try await response.text == "hello world")
    }

    @Test("A compressed body is decompressed")
    func gzip() async throws {
        let server = try CannedServer(.answer(200, [("content-encoding", "gzip")], body: Gzip.smallObject))
        #expect(try await makeTransport().get(server.url).text == #"{"compressed": true}"#)
        let request = try #require(server.requests.first)
        #expect(request.header("accept-encoding")?.contains("gzip") == true)
    }

    @Test("The size limit counts what comes out of the compression")
    func gzipBomb() async throws {
        let server = try CannedServer(.answer(200, [("content-encoding", "gzip")], body: Gzip.zeros))
        let transport = try makeTransport { $0.maximumResponseBytes = Gzip.zerosLength - 1 }
        let error = try await transport.failure(of: HTTPRequest("GET", server.url))
        #expect(error.kind == .responseTooLarge)
        #expect(error.mayHaveReachedServer)
        #expect(error.message == "the answer is larger than \(Gzip.zerosLength - 1) bytes")

        let patient = try makeTransport { $0.maximumResponseBytes = Gzip.zerosLength }
        #expect(try await patient.get(server.url).body.count == Gzip.zerosLength)
    }

    @Test("Of an error's body the first part is kept, compressed or not", arguments: [400, 404, 500, 503, 302])
    func largeErrors(status: Int) async throws {
        let text = String(repeating: "x", count: 5 << 20)
        let server = try CannedServer { request in
            request.path == "/gzip"
                ? .answer(status, [("content-encoding", "gzip")], body: Gzip.zeros) : .text(status, text)
        }
        let transport = try makeTransport()
        for path in ["/plain", "/gzip"] {
            let response = try await transport.get(server.url + path)
            #expect(response.status == status)
            #expect(response.body.count == HTTPRequest.maximumErrorBytes)
        }
    }

    @Test("A request may take less than its transport")
    func ownLimit() async throws {
        let server = try CannedServer(.text(200, "hello world"))
        var request = HTTPRequest("GET", server.url)
        request.maximumResponseBytes = 10
        #expect(try await makeTransport().failure(of: request).kind == .responseTooLarge)
        request.maximumResponseBytes = 11
        #expect(try await makeTransport().send(request).text == "hello world")
    }

    @Test("Headers without end are refused")
    func headers() async throws {
        let fields = (0..<20_000).map { ("x-\($0)", "aaaaaaaaaaaaaaaa") }
        let server = try CannedServer(.answer(200, fields))
        #expect(try await makeTransport().failure(of: HTTPRequest("GET", server.url)).kind == .responseTooLarge)
    }

    @Test("A body that is cut short is an interruption")
    func cutShort() async throws {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"
        let server = try CannedServer(.bytes([UInt8](head.utf8)))
        let transport = try makeTransport()
        async let failure = transport.failure(of: HTTPRequest("GET", server.url))
        await server.received(1)
        server.stop()
        let error = try await failure
        #expect(error.kind == .interrupted)
        #expect(error.mayHaveReachedServer)
    }

    @Test("What is no HTTP is an error", arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"])
    func noHTTP(answer: String) async throws {
        let server = try CannedServer(.bytes([UInt8](answer.utf8)))
        let error = try await makeTransport().failure(of: HTTPRequest("GET", server.url))
        #expect(error.curlCode != 0)
        #expect(error.mayHaveReachedServer)
    }

    @Test("A redirect is an answer like any other; the token stays where it was sent", arguments: [301, 302, 307, 308])
    func redirect(status: Int) async throws {
        let elsewhere = try CannedServer(.text(200, "gotcha"))
        let server = try CannedServer(.answer(status, [("location", elsewhere.url + "/x")]))
        let response = try await makeTransport().send(
            HTTPRequest("GET", server.url, headers: ["authorization": "Bearer t0ken"])
        )
        #expect(response.status == status)
        #expect(response.headers["location"] == elsewhere.url + "/x")
        #expect(elsewhere.connectionCount == 0)
        #expect(server.requests.map { $0.header("authorization") } == ["Bearer t0ken"])
    }
}
