import Base
import Foundation
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import AuthentikAPI

/// Asking whether a client secret is the right one.
@Suite struct SecretProbeTests {
    private let secret = Secret("7h3-s3cr3t")
    private var credentials: ClientCredentials { ClientCredentials(id: "grafana", secret: secret) }

    @Test func `it is asked as the client, and of a token that nobody has`() async throws {
        let server = try CannedServer(.json(200, "{}"))
        let client = try makeClient(server.url + "/authentik")
        #expect(try await client.prove(credentials) == .right)
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.target == "/authentik/application/o/revoke/")
        #expect(request.header("authorization") == "Basic \(Data("grafana:7h3-s3cr3t".utf8).base64EncodedString())")
        #expect(request.header("content-type") == "application/x-www-form-urlencoded")
        #expect(request.bodyText.wholeMatch(of: #/token=none-[0-9]+/#) != nil)
    }

    @Test(
        arguments: [
            ("a:b", "a:b"), ("per%cent+plus", "per%cent+plus"), ("söcret", "söcret"),
            ("  blanks around\n", "blanks around"),
        ]
    )
    func `a secret is sent to the letter, as Authentik keeps it`(_ secret: String, _ sent: String) async throws {
        let server = try CannedServer(.json(200, "{}"))
        let credentials = ClientCredentials(id: "grafana", secret: Secret(secret))
        #expect(try await makeClient(server).prove(credentials) == .right)
        let expected = "Basic \(Data("grafana:\(sent)".utf8).base64EncodedString())"
        #expect(server.requests.first?.header("authorization") == expected)
    }

    @Test func `it counts as a read, and needs no leave to write`() async throws {
        let server = try CannedServer(.json(200, "{}"))
        var client = try makeClient(server)
        client.gate.set(.none(why: "another replica leads"))
        let records = Recorded()
        client.onRequest = { records.add($0) }
        #expect(try await client.prove(credentials) == .right)
        #expect(client.requestCounts.reads == 1)
        #expect(client.requestCounts.writes == 0)
        #expect(records.all.map(\.isWrite) == [false])
    }

    @Test func `only Authentik's own words say that it is wrong`() async throws {
        let wrong = #"{"error": "invalid_client", "error_description": "Client authentication failed"}"#
        let cases: [(CannedReply, SecretProof)] = [
            (.json(401, wrong), .wrong),
            (.json(401, #"{"detail": "who are you?"}"#), .unknown(reason: "who are you?")),
            (
                .json(400, wrong),
                .unknown(reason: "error: invalid_client; error_description: Client authentication failed")
            ),
            (
                .html(200, "log in"),
                .unknown(reason: "answered 200 with 'text/html' instead of JSON; is this the address of Authentik?")
            ),
            (
                .html(401, "log in"),
                .unknown(reason: "answered 401 with 'text/html' instead of JSON; is this the address of Authentik?")
            ),
        ]
        for (reply, proof) in cases {
            let server = try CannedServer(reply)
            #expect(try await makeClient(server).prove(credentials) == proof)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `no redirect is followed`() async throws {
        let other = try CannedServer(.json(200, "{}"))
        let server = try CannedServer(.html(302, "", [("location", other.url + "/")]))
        guard case .unknown(let reason) = try await makeClient(server).prove(credentials) else {
            Issue.record("it was followed")
            return
        }
        #expect(reason.contains("a redirect"))
        #expect(other.requests.isEmpty)
    }

    @Test func `a hiccup is got over, and no more than that`() async throws {
        let hiccup = try CannedServer(.html(503, ""), .json(200, "{}"))
        #expect(try await makeClient(hiccup).prove(credentials) == .right)
        let closed = try CannedServer(.html(503, ""))
        guard case .unknown = try await makeClient(closed).prove(credentials) else {
            Issue.record("it told something")
            return
        }
        #expect(closed.requests.count == 2)
    }

    @Test func `what goes wrong quotes no secret`() async throws {
        let sent = credentials.authorization
        let server = try CannedServer(
            .json(400, #"{"detail": "7h3-s3cr3t", "7h3-s3cr3t": "\#(sent)"}"#, [("x-authentik-id", "7h3-s3cr3t")])
        )
        let proof = try await makeClient(server).prove(credentials)
        #expect("\(proof)".contains("(secret)"))
        #expect(!"\(proof)".contains("7h3-s3cr3t"))
        #expect(!"\(proof)".contains(sent.dropFirst(16)))
        #expect("\(credentials)" == "grafana")
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!dumped.contains("7h3-s3cr3t"))
    }
}

/// The requests that a client told of.
private final class Recorded: Sendable {
    private let state = Mutex<[RequestRecord]>([])

    var all: [RequestRecord] { state.withLock { $0 } }

    func add(_ record: RequestRecord) { state.withLock { $0.append(record) } }
}
