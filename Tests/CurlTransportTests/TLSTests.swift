import FoundationEssentials
import Testing

@testable import CurlTransport

@Suite(
    "CurlTransport: TLS",
    .enabled(if: TLSServer.openssl != nil, "needs the command openssl"),
    .timeLimit(.minutes(60))
)
struct TLSTests {
    @Test("A certificate of an authority that nobody trusts is refused")
    func untrusted() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let error = try await makeTransport().failure(of: HTTPRequest("GET", "https://localhost:\(server.port)/"))
        #expect(error.kind == .tls)
        #expect(error.curlCode == 60)
        #expect(error.message.lowercased().contains("certificate"))
        #expect(!error.mayHaveReachedServer)
    }

    @Test("A certificate of an authority that is named is accepted")
    func trusted() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let transport = try makeTransport { $0.authoritiesFile = server.authoritiesFile }
        let response = try await transport.get("https://localhost:\(server.port)/")
        #expect(response.status == 200)
        #expect(response.text.contains("s_server"))
    }

    @Test("An authority need not be in a file")
    func trustedFromMemory() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let pem = PEM([UInt8](try Data(contentsOf: URL(filePath: server.authoritiesFile))))
        let transport = try makeTransport { $0.authorities = pem }
        #expect(try await transport.get("https://localhost:\(server.port)/").status == 200)
        #expect("\(pem)" == "(PEM)")
    }

    @Test("A server may be elsewhere than its certificate says")
    func otherPlace() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let transport = try makeTransport {
            $0.authoritiesFile = server.authoritiesFile
            $0.connectTo = "127.0.0.1:\(server.port)"
        }
        #expect(try await transport.get("https://localhost:1/").status == 200)
        #expect(try await transport.failure(of: HTTPRequest("GET", "https://other:1/")).kind == .tls)
    }

    @Test("A hundred creates, one after the other, take one connection and one handshake")
    func oneConnection() async throws {
        let server = try OneTLSConnection()
        do {
            let transport = try makeTransport { $0.authoritiesFile = server.authoritiesFile }
            for number in 1...100 {
                let request = HTTPRequest(
                    "POST",
                    "https://localhost:\(server.port)/\(number)",
                    body: [1, 2],
                    isRepeatable: false
                )
                #expect(try await transport.send(request).status == 200)
            }
        }
        server.wait()
    }

    @Test("Creates go through a proxy's tunnel, each sent once", arguments: [Duration.zero, .seconds(3600)])
    func tunnel(idleLimit: Duration) async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let proxy = try ConnectProxy()
        let transport = try makeTransport {
            $0.authoritiesFile = server.authoritiesFile
            $0.idleLimit = idleLimit
            $0.proxy = .server("http://127.0.0.1:\(proxy.port)")
        }
        for _ in 1...3 {
            let request = HTTPRequest("GET", "https://localhost:\(server.port)/", isRepeatable: false)
            #expect(try await transport.send(request).status == 200)
        }
        proxy.stop()
    }

    @Test("A certificate for another name is refused, whoever signed it")
    func wrongName() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let transport = try makeTransport { $0.authoritiesFile = server.authoritiesFile }
        let error = try await transport.failure(of: HTTPRequest("GET", "https://127.0.0.1:\(server.port)/"))
        #expect(error.kind == .tls)
        #expect(error.message.contains("127.0.0.1"))
        #expect(!error.mayHaveReachedServer)
    }
}
