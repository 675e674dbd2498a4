import TestSupport
import Testing

@testable import CurlTransport

@Suite("CurlTransport: what goes wrong", .timeLimit(.minutes(60)))
struct ErrorTests {
    @Test("Nobody listens")
    func refused() async throws {
        let transport = try makeTransport()
        let (error, port) = try await withRefusingPort { port in
            (try await transport.failure(of: HTTPRequest("POST", "http://127.0.0.1:\(port)/x?y=z")), port)
        }
        #expect(error.kind == .unreachable)
        #expect(error.curlCode == 7)
        #expect(!error.mayHaveReachedServer)
        #expect(error.request == "POST http://127.0.0.1:\(port)/x")
        #expect(error.message.contains("\(port)"))
        #expect(error.description == "\(error.request): \(error.message)")
    }

    /// No name of the domain `invalid` (RFC 6761) ever exists; libcurl asks the resolver of this machine all the same.
    @Test("The host has no address")
    func unknownHost() async throws {
        let error = try await makeTransport().failure(of: HTTPRequest("GET", "http://authentik.invalid/"))
        #expect(error.kind == .unknownHost)
        #expect(error.message.contains("authentik.invalid"))
        #expect(!error.mayHaveReachedServer)
    }

    @Test("The connection ends after the request was read", arguments: [CannedReply.close, .reset])
    func endsAfterwards(ending: CannedReply) async throws {
        let server = try CannedServer(ending)
        let error = try await makeTransport().failure(of: HTTPRequest("POST", server.url, body: [1]))
        #expect(error.kind == .interrupted)
        #expect(error.mayHaveReachedServer)
    }

    @Test("The server speaks plain HTTP where TLS was asked for")
    func plainHTTP() async throws {
        let server = try CannedServer(.text(200, "ok"))
        let error = try await makeTransport().failure(of: HTTPRequest("GET", "https://127.0.0.1:\(server.port)/"))
        #expect(error.kind == .tls)
        #expect(!error.mayHaveReachedServer)
    }

    @Test("The file of authorities is not there")
    func noAuthoritiesFile() async throws {
        let server = try CannedServer(.silence)
        let transport = try makeTransport { $0.authoritiesFile = "/nonexistent/ca.pem" }
        let error = try await transport.failure(of: HTTPRequest("GET", "https://127.0.0.1:\(server.port)/"))
        #expect(error.kind == .tls)
        #expect(error.message.contains("/nonexistent/ca.pem"))
    }

    @Test(
        "A control character is refused, and what holds it is not sent or quoted",
        arguments: [
            HTTPRequest("GET", "URL", headers: ["authorization": "Bearer t0ken\r\nx-more: 1"]),
            HTTPRequest("GET", "URL", headers: ["authorization": "Bearer t0ken\n"]),
            HTTPRequest("GET", "URL", headers: ["authorization": "Bearer t0ken\u{0}"]),
            HTTPRequest("GET", "URL", headers: ["x\r\ny": "t0ken"]),
            HTTPRequest("GET\r\nt0ken: 1", "URL"),
            HTTPRequest("GET", "URL\r\nt0ken"),
            HTTPRequest("GET", "URL\u{0}t0ken"),
        ]
    )
    func controlCharacter(request: HTTPRequest) async throws {
        let server = try CannedServer(.text(200, "ok"))
        var request = request
        request.url.replace("URL", with: server.url)
        let error = try await makeTransport().failure(of: request)
        #expect(error.kind == .invalidRequest)
        #expect(error.curlCode == 0)
        #expect(!error.mayHaveReachedServer)
        #expect(server.connectionCount == 0)
        #expect(!error.message.contains("t0ken"))
    }

    @Test(
        "What is no URL is refused",
        arguments: ["", "http://", "ftp://127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:99999/", "gopher://x"]
    )
    func noURL(url: String) async throws {
        let error = try await makeTransport().failure(of: HTTPRequest("GET", url))
        #expect(error.kind == .invalidRequest)
        #expect(!error.mayHaveReachedServer)
    }
}
