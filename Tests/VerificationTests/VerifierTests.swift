import AuthentikAPI
import CurlTransport
import DesiredState
import Foundation
import JSON
import Kinds
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import Verification

/// How it is asked, of a made-up server.
@Suite(.timeLimit(.minutes(60))) struct VerifierTests {
    private static let secret = SecretReference.environment("SECRET")
    private static let looks: [SecretReference: SecretLook] = [secret: .present(Secret("7h3-s3cr3t"))]
    private static let place = SourceLocation(file: "f", line: 1, column: 1)

    private func service(_ slug: String, _ uri: RedirectURI = RedirectURI(redirect)) -> Service {
        var service = Service(slug: slug, location: Self.place)
        var provider = Provider(slug: slug, redirectURIs: [uri])
        provider.secret = Self.secret
        service.provider = provider
        return service
    }

    private static func list(_ rows: [JSONValue]) -> CannedReply {
        let page: JSONValue = [
            "pagination": [
                "next": 0, "previous": 0, "count": .integer(rows.count), "current": 1, "total_pages": 1,
                "start_index": 1, "end_index": .integer(rows.count),
            ],
            "results": .array(rows),
        ]
        return .json(200, String(decoding: page.serialized(), as: UTF8.self))
    }

    /// A server where each of these services is as declared.
    private func server(
        _ slugs: [String],
        instead: @escaping @Sendable (RecordedRequest) -> CannedReply? = { _ in nil }
    ) throws -> CannedServer {
        try CannedServer { request in
            if let reply = instead(request) { return reply }
            let path = request.path
            if path.hasPrefix("/api/v3/") {
                switch path.dropFirst("/api/v3/".count) {
                case "admin/version/": return .json(200, #"{"version_current": "2025.12.4"}"#)
                case "crypto/certificatekeypairs/":
                    return Self.list([["pk": "k", "name": .string(ProgramDefaults.signingKey), "key_type": "rsa"]])
                case "propertymappings/provider/scope/":
                    return Self.list(
                        ["openid", "email", "profile"].map {
                            [
                                "pk": .string($0), "name": .string($0), "scope_name": .string($0),
                                "expression": "return {}",
                            ]
                        }
                    )
                case "providers/oauth2/":
                    let rows = slugs.enumerated().map { index, slug -> JSONValue in
                        [
                            "pk": .integer(index + 1), "name": .string(slug), "client_id": .string(slug),
                            "client_type": "confidential", "assigned_application_slug": .string(slug),
                            "property_mappings": ["openid", "email", "profile"],
                            "redirect_uris": [["matching_mode": "strict", "url": .string(redirect)]],
                        ]
                    }
                    return Self.list(rows)
                default: return .json(404, "{}")
                }
            }
            if path.hasSuffix("/jwks/") { return .json(200, #"{"keys": [{"alg": "RS256"}]}"#) }
            if path.hasSuffix("/authorize/") {
                return .html(302, "", [("location", "\(redirect)?error=login_required&state=s")])
            }
            if path.hasSuffix("/revoke/") { return .json(200, "{}") }
            if path.hasSuffix("/ping") { return .answer(204) }
            let slug = path.split(separator: "/").dropFirst(2).first ?? ""
            let host = request.header("host") ?? ""
            let answer = document(issuer: "http://\(host)/application/o/\(slug)/")
            return .json(200, String(decoding: answer.serialized(), as: UTF8.self))
        }
    }

    /// One that the machine's other work does not make impatient.
    private func verifier(_ server: CannedServer) throws -> Verifier {
        guard let address = AuthentikAddress(server.url) else { throw CancellationError() }
        var verifier = Verifier(
            client: AuthentikClient(address: address, token: Secret("t0k3n"), transport: try CurlTransport())
        )
        verifier.limits = ProbeLimits(slow: .seconds(600))
        return verifier
    }

    private func probes(_ server: CannedServer) -> [RecordedRequest] {
        server.requests.filter { !$0.path.hasPrefix("/api/") }
    }

    @Test func `a service costs four requests, and none has the token`() async throws {
        let server = try server(["a"])
        let desired = DesiredState(owner: "o", services: [service("a")])
        let report = try await verifier(server).verify(desired, secrets: Self.looks)
        #expect(report.isVerified && report.requests == 4, "\(report)")
        #expect(
            probes(server).map { "\($0.method) \($0.path)" } == [
                "GET /application/o/a/.well-known/openid-configuration", "GET /application/o/a/jwks/",
                "GET /application/o/authorize/", "POST /application/o/revoke/",
            ]
        )
        #expect(probes(server).allSatisfy { $0.header("authorization")?.hasPrefix("Bearer") != true })
        #expect(probes(server).allSatisfy { $0.header("cookie") == nil })
        let login = try #require(probes(server).first { $0.path.hasSuffix("/authorize/") }).target
        #expect(login.contains("prompt=none") && login.contains("scope=openid%20email%20profile"))
    }

    @Test func `a thousand services cost four thousand requests, two at a time`() async throws {
        let slugs = (0..<1000).map { "s\($0)" }
        let server = try server(slugs)
        let desired = DesiredState(owner: "o", services: slugs.map { service($0) })
        let report = try await verifier(server).verify(desired, secrets: Self.looks)
        #expect(report.isVerified && report.requests == 4000 && report.stopped == nil)
        #expect(probes(server).count == 4000)
        #expect(report.services.map(\.slug) == slugs.sorted())
        // The lists, of which there are four, are read at once; the probes take turns on two connections.
        #expect(Set(probes(server).map(\.connection)).count <= 4)
        #expect(server.mostOpenConnections <= 4)
    }

    /// The sizes are around one page, and around two.
    @Test(arguments: [(declared: 1, included: 1, isListed: false), (100, 2, true), (101, 2, false), (101, 3, true)])
    func `a few services' providers are looked up by name`(declared: Int, included: Int, isListed: Bool) async throws {
        let slugs = (0..<declared).map { "s\($0)" }
        let server = try server(slugs)
        let desired = DesiredState(owner: "o", services: slugs.map { service($0) })
        let some = Set(slugs.prefix(included))
        let report = try await verifier(server).verify(desired, where: some.contains, secrets: Self.looks)
        #expect(report.isVerified && Set(report.services.map(\.slug)) == some)
        let reads = server.requests.filter { $0.path.hasSuffix("providers/oauth2/") }.map(\.target)
        let named = reads.filter { $0.contains("?name=s") }.count
        #expect(reads.count == (isListed ? 1 : included) && named == (isListed ? 0 : included), "\(reads)")
    }

    @Test func `they end when Authentik is slow, and that is said`() async throws {
        let server = try server((0..<20).map { "s\($0)" })
        let desired = DesiredState(owner: "o", services: (0..<20).map { service("s\($0)") })
        var verifier = try verifier(server)
        verifier.limits.slow = .zero
        let report = try await verifier.verify(desired, secrets: Self.looks)
        #expect(!report.isVerified)
        #expect(report.stopped?.hasPrefix("Authentik is slow: ") == true)
        #expect(report.requests <= 2, "\(report.requests)")
        #expect(report.count(.notProbed) == 20)
    }

    @Test(arguments: [CannedReply.html(502, "Bad Gateway"), .close])
    func `they end when Authentik does not answer`(_ reply: CannedReply) async throws {
        let server = try server((0..<20).map { "s\($0)" }) { $0.path.hasPrefix("/application/") ? reply : nil }
        let desired = DesiredState(owner: "o", services: (0..<20).map { service("s\($0)") })
        let report = try await verifier(server).verify(desired, secrets: Self.looks)
        #expect(report.requests <= 2)
        #expect(report.count(.failed) >= 1 && report.count(.failed) <= 2)
        #expect(report.count(.notProbed) == 20 - report.count(.failed))
        #expect(report.stopped != nil)
    }

    @Test func `what is slow to answer is given up`() async throws {
        let server = try server(["a"]) { $0.path.hasPrefix("/application/") ? .silence : nil }
        var verifier = try verifier(server)
        verifier.limits.answer = .milliseconds(50)
        let report = try await verifier.verify(DesiredState(owner: "o", services: [service("a")]), secrets: Self.looks)
        #expect(report.services.first?.failures.map(\.reason) == [.unreachable])
        #expect(report.requests == 1)
    }

    @Test func `the public address is asked, and the secret stays with the other`() async throws {
        let (inner, outer) = (try server(["a"]), try server([]))
        var desired = DesiredState(owner: "o", services: [service("a")])
        desired.publicURL = outer.url
        let report = try await verifier(inner).verify(desired, secrets: Self.looks)
        #expect(report.isVerified, "\(report)")
        #expect(report.address == outer.url)
        #expect(probes(inner).map(\.path) == ["/application/o/revoke/"])
        #expect(outer.requests.count == 3)
        #expect(outer.requests.allSatisfy { $0.header("authorization") == nil })
    }

    @Test func `the button of a service is followed within the service, and nowhere else`() async throws {
        let authentik = try server(["a"])
        let site = try CannedServer { request in
            switch request.path {
            case "/login": return .html(302, "", [("location", "/login/go?to=sso")])
            case "/login/go":
                let query = "client_id=a&redirect_uri=\(percentEncoded(redirect))"
                return .html(302, "", [("location", "\(authentik.url)/application/o/authorize/?\(query)")])
            case "/round": return .html(302, "", [("location", "/round")])
            default: return .html(200, "")
            }
        }
        func verified(_ path: String) async throws -> VerificationReport {
            var service = service("a")
            service.loginURL = site.url + path
            return try await verifier(authentik)
                .verify(DesiredState(owner: "o", services: [service]), secrets: Self.looks)
        }
        let report = try await verified("/login")
        #expect(report.isVerified && report.requests == 6, "\(report)")
        #expect(report.services.first?.results.last == CheckResult(.button, .passed))
        #expect(site.requests.map(\.target) == ["/login", "/login/go?to=sso"])
        #expect(probes(authentik).count { $0.path.hasSuffix("/authorize/") } == 1)
        #expect(site.requests.allSatisfy { $0.header("authorization") == nil })
        let round = try await verified("/round")
        #expect(round.services.first?.failures.map(\.reason) == [.loginNotOffered] && round.requests == 8)
        #expect(try await verified("/").services.first?.failures.map(\.reason) == [.loginNotOffered])
    }

    @Test func `an outpost is asked where its service is, and its silence is nobody else's`() async throws {
        let authentik = try server(["z"])
        let (site, silent) = (try server([]), try CannedServer(.close))
        func guarded(_ slug: String, _ host: String) -> Service {
            var service = Service(slug: slug, location: Self.place)
            service.login = .forwardAuth(ForwardAuth(slug: slug, externalHost: host))
            return service
        }
        let services = [guarded("a", silent.url), guarded("b", site.url), service("z")]
        let report = try await verifier(authentik)
            .verify(DesiredState(owner: "o", services: services), secrets: Self.looks)
        #expect(report.services.map(\.state) == [.failed, .verified, .verified])
        #expect(report.services.first?.failures.map(\.reason) == [.unreachable])
        #expect(report.stopped == nil && report.requests == 6)
        #expect(site.requests.map(\.target) == ["/outpost.goauthentik.io/ping"])
    }

    @Test func `what has no login, is to be absent or is left out is not asked`() async throws {
        let server = try server(["a"])
        var absent = service("b")
        absent.state = .absent
        let bookmark = Service(slug: "c", location: Self.place)
        let desired = DesiredState(owner: "o", services: [service("a"), absent, bookmark, service("d")])
        let report = try await verifier(server).verify(desired, where: { $0 != "d" }, secrets: Self.looks)
        #expect(report.services.map(\.slug) == ["a"] && report.withoutLogin == 2)
    }

    @Test func `a pattern is never sent, nor anything to a provider without a redirect URI`() async throws {
        let server = try server(["a"]) { request in
            guard request.path.hasSuffix("providers/oauth2/") else { return nil }
            return Self.list([
                [
                    "pk": 1, "name": "b", "client_id": "b", "client_type": "confidential",
                    "assigned_application_slug": "b", "property_mappings": ["openid", "email", "profile"],
                    "redirect_uris": [],
                ],
                [
                    "pk": 2, "name": "a", "client_id": "a", "client_type": "confidential",
                    "assigned_application_slug": "a", "property_mappings": ["openid", "email", "profile"],
                    "redirect_uris": [["matching_mode": "regex", "url": ".*"]],
                ],
            ])
        }
        let services = [service("a", RedirectURI(".*", matching: .regex)), service("b")]
        let report = try await verifier(server)
            .verify(DesiredState(owner: "o", services: services), secrets: Self.looks)
        #expect(report.services.map(\.state) == [.verified, .failed])
        #expect(report.services.last?.failures.map(\.reason) == [.redirectURIMismatch])
        #expect(!server.requests.contains { $0.path.hasSuffix("/authorize/") })
    }
}
