import CurlTransport
import JSON
import Kinds
import Secrets
import TestSupport
import Testing

@testable import AuthentikAPI

@Suite("AuthentikError: what an answer stands for", .timeLimit(.minutes(60)))
struct ErrorBodyTests {
    private static func error(
        _ status: Int,
        _ type: String?,
        _ body: String,
        to request: APIRequest = APIRequest(method: "GET", endpoint: .providers),
        headers extra: [(String, String)] = [],
        id: String = "5e1f",
        hiding secrets: [Secret] = []
    ) throws -> AuthentikError? {
        var headers: HTTPHeaders = ["x-authentik-id": id]
        if let type { headers.append("content-type", type) }
        for (name, value) in extra { headers.append(name, value) }
        let address = try #require(AuthentikAddress("https://h"))
        let response = HTTPResponse(status: status, headers: headers, body: [UInt8](body.utf8))
        return AuthentikError(response, to: request, at: address, hiding: SecretMask(secrets))
    }

    @Test(
        "A success is none",
        arguments: [(200, "application/json", "{}"), (201, "application/json; charset=utf-8", "[]"), (204, "", "")]
    )
    func success(status: Int, type: String, body: String) throws {
        #expect(try Self.error(status, type, body) == nil)
    }

    struct Shape: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var body: String
        /// `field: message`, a field at a time.
        var fields: [String]

        init(_ name: String, _ body: String, _ fields: [String]) {
            testDescription = name
            self.body = body
            self.fields = fields
        }
    }

    static let shapes = [
        Shape("detail", #"{"detail": "Invalid page."}"#, [": Invalid page."]),
        Shape(
            "fields in order",
            #"{"name": ["b"], "client_id": ["a", "c"]}"#,
            ["client_id: a", "client_id: c", "name: b"]
        ),
        Shape("the object as a whole", #"{"non_field_errors": ["x"]}"#, [": x"]),
        Shape("an element by index", #"{"redirect_uris": {"0": ["x"]}}"#, ["redirect_uris[0]: x"]),
        Shape("an element by place", #"{"uris": [{}, {"mode": ["x"]}]}"#, ["uris[1].mode: x"]),
        Shape("a field as a whole", #"{"uris": {"non_field_errors": ["x"]}}"#, ["uris: x"]),
        Shape("one half of a transaction", #"{"app": {"slug": ["x"]}}"#, ["app.slug: x"]),
        Shape("a field of the name detail", #"{"app": {"detail": ["x"]}}"#, ["app.detail: x"]),
        Shape("a list", #"["x", "y"]"#, [": x", ": y"]),
        Shape("a text", #""x""#, [": x"]),
        Shape("others", #"{"a": 1, "b": true, "c": null, "d": 1.5}"#, ["a: 1", "b: true", "d: 1.5"]),
        Shape("nothing", "{}", []),
        Shape("no JSON after all", "{", []),
    ]

    @Test("Every shape of a refusal becomes fields", arguments: shapes)
    func refusal(shape: Shape) throws {
        let error = try #require(try Self.error(400, "application/json", shape.body))
        #expect(error.kind == .rejected)
        #expect(error.fields.map { "\($0.field): \($0.message)" } == shape.fields)
        #expect(error.message.isEmpty == false)
        #expect(error.requestID == "5e1f")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method = "GET"
        var status: Int
        var type: String?
        var body = ""
        var kind: AuthentikError.Kind
        var mayHaveHappened = false
        var words: String

        init(
            _ name: String,
            _ method: String,
            _ status: Int,
            _ type: String?,
            _ body: String,
            _ kind: AuthentikError.Kind,
            mayHaveHappened: Bool = false,
            says words: String
        ) {
            testDescription = name
            self.method = method
            self.status = status
            self.type = type
            self.body = body
            self.kind = kind
            self.mayHaveHappened = mayHaveHappened
            self.words = words
        }
    }

    private static let json = "application/json"
    private static let html = "text/html; charset=utf-8"

    static let cases = [
        Case("an HTML page", "GET", 200, html, "<html>", .notAuthentik, mayHaveHappened: true, says: "'text/html'"),
        Case("no type", "GET", 200, nil, "x", .notAuthentik, mayHaveHappened: true, says: "no content type"),
        Case("an unknown path", "GET", 404, html, "<html>", .notAuthentik, says: "answered 404 with 'text/html'"),
        Case("a firewall", "GET", 403, html, "<html>", .notAuthentik, says: "answered 403"),
        Case("401 of something else", "GET", 401, html, "", .notAuthentik, says: "answered 401"),
        Case("401", "GET", 401, json, #"{"detail": "no"}"#, .invalidToken, says: "no"),
        Case("415", "POST", 415, json, #"{"detail": "Unsupported media type"}"#, .rejected, says: "Unsupported"),
        Case("429", "POST", 429, json, #"{"detail": "Request was throttled."}"#, .throttled, says: "throttled"),
        Case("429 of a proxy", "POST", 429, html, "", .throttled, says: "answered 429"),
        Case("500", "POST", 500, json, #"{"detail": "x"}"#, .serverError, mayHaveHappened: true, says: "500: x"),
        Case(
            "500 in HTML",
            "GET",
            500,
            html,
            "<html>",
            .serverError,
            mayHaveHappened: true,
            says: "(500; see its log)"
        ),
        Case("502", "GET", 502, html, "", .unavailable, mayHaveHappened: true, says: "answered 502"),
        Case("503", "PATCH", 503, nil, "", .unavailable, mayHaveHappened: true, says: "not ready"),
        Case("504", "PATCH", 504, json, "{}", .unavailable, mayHaveHappened: true, says: "answered 504"),
        Case(
            "a write that failed",
            "PATCH",
            405,
            html,
            "",
            .serverError,
            mayHaveHappened: true,
            says: "unhandled error"
        ),
        Case("a write that is not allowed", "PATCH", 405, json, #"{"detail": "no"}"#, .rejected, says: "no"),
        Case("a read that is not allowed", "GET", 405, html, "", .notAuthentik, says: "answered 405"),
    ]

    @Test("Every answer is of a kind and says so", arguments: cases)
    func kinds(row: Case) throws {
        let request = APIRequest(method: row.method, endpoint: .providers, key: "1")
        let error = try #require(try Self.error(row.status, row.type, row.body, to: request))
        #expect(error.kind == row.kind)
        #expect(error.status == row.status)
        #expect(error.mayHaveHappened == row.mayHaveHappened)
        #expect(error.message.contains(row.words), "\(error.message)")
        #expect(error.request == "\(row.method) https://h/api/v3/providers/oauth2/1/")
    }

    @Test("A redirect says where to, without what may be secret", arguments: [301, 302, 307, 308])
    func redirect(status: Int) throws {
        let error = try #require(
            try Self.error(status, Self.html, "", headers: [("location", "https://h2/if/login/?next=x#y")])
        )
        #expect(error.kind == .notAuthentik)
        #expect(error.message.contains("a redirect to https://h2/if/login/, which"))
    }

    @Test(
        "Retry-After is read as seconds",
        arguments: [
            ("5", 5), ("0", 0), ("-3", 0), ("9223372036854775807", 86_400), ("soon", nil),
            ("Wed, 21 Oct 2026 07:28:00 GMT", nil),
        ]
    )
    func retryAfter(text: String, seconds: Int?) throws {
        let error = try #require(try Self.error(503, nil, "", headers: [("retry-after", text)]))
        #expect(error.retryAfter == seconds.map { .seconds($0) })
    }

    /// Texts are in the language of the account, so they do not count.
    @Test(
        "What may be because somebody was faster is told from other refusals",
        arguments: [
            (400, #"{"slug": ["Application with this slug already exists."]}"#, true),
            (400, #"{"app": {"slug": ["Anwendung mit diesem Slug existiert bereits."]}}"#, true),
            (400, #"{"provider": {"name": ["provider with this name already exists."]}}"#, true),
            (400, #"{"client_id": ["OAuth2/OpenID Provider with this Client ID already exists."]}"#, true),
            (400, #"{"provider": ["Application with this provider already exists."]}"#, true),
            (400, #"{"non_field_errors": ["The fields app, name must make a unique set."]}"#, true),
            (400, #"{"app": ["Invalid pk \"a\" - object does not exist."]}"#, true),
            (400, #"{"property_mappings": ["Invalid pk \"a\" - object does not exist."]}"#, true),
            (404, #"{"detail": "No OAuth2Provider matches the given query."}"#, true),
            (400, #"{"redirect_uris": ["Invalid Regex Pattern: ("]}"#, false),
            (400, #"{"provider": {"access_code_validity": ["x"]}}"#, false),
            (403, #"{"detail": "You do not have permission to perform this action."}"#, false),
            (500, #"{"name": ["x"]}"#, false),
        ]
    )
    func outdated(status: Int, body: String, mayBe: Bool) throws {
        let error = try #require(try Self.error(status, "application/json", body))
        #expect(error.mayBeOutdated == mayBe)
        #expect(error.saysProviderNameIsTaken == body.contains("provider with this name"))
    }

    @Test("What Authentik quotes of a secret is taken out again")
    func redaction() async throws {
        let quote = #"{"client_secret": ["'s3cret-long' is no secret"], "detail": "s3cret and t0ken-of-the-test"}"#
        let server = try CannedServer(.json(400, quote))
        let client = try makeClient(server)
        let body = WriteBody(
            ["client_secret": "s3cret-long"],
            secrets: [Secret("s3cret"), Secret("s3cret-long"), Secret("")]
        )
        let error = try await failure { try await client.update(.providers, key: "1", body) as OAuth2Provider }
        #expect(error.fields.map(\.message) == ["'(secret)' is no secret", "(secret) and (secret)"])
        var dumped = ""
        dump(error, to: &dumped)
        for text in [dumped, "\(error)", String(reflecting: error)] {
            #expect(!text.contains("s3cret"))
            #expect(!text.contains("-long"))
            #expect(!text.contains("t0ken"))
        }
    }
}

extension ErrorBodyTests {
    @Test(
        "A release with secrets as objects of their own is said to be one",
        arguments: [
            #"{"client_secret_ref": ["This field is required."]}"#,
            #"{"provider": {"client_secret_ref": ["This field is required."]}}"#,
            #"{"client_secret": ["Use client_secret_ref instead."]}"#,
        ]
    )
    func secretObjects(body: String) throws {
        let request = APIRequest(method: "POST", endpoint: .providers)
        let error = try #require(try Self.error(400, Self.json, body, to: request))
        #expect(error.kind == .rejected)
        #expect(
            error.message
                == "client_secret: this release stores secrets as separate objects, which this version cannot write yet"
        )
        #expect(!error.mayHaveHappened)
        #expect(!error.mayBeOutdated)
    }

    @Test func `the definition of an object attribute that is violated is named, and what to do about it`() throws {
        let request = APIRequest(method: "PATCH", endpoint: .providers)
        let body = #"{"attributes_team": ["This field is required."], "attributes_cost": ["Does not match."]}"#
        let error = try #require(try Self.error(400, Self.json, body, to: request))
        #expect(error.kind == .rejected && !error.mayBeOutdated && !error.mayHaveHappened)
        #expect(error.fields.map(\.field) == ["attributes_cost", "attributes_team"])
        let explanation = try #require(error.explanation)
        #expect(
            explanation.hasPrefix(
                "the object attributes 'cost', 'team', defined in Authentik (since 2026.8), do not allow"
            )
        )
        #expect(error.message.hasSuffix("; \(explanation)"))
        let path = try Self.error(400, Self.json, #"{"attributes_cost.center": ["Is not unique."]}"#, to: request)
        let ofPath = try #require(path)
        #expect(ofPath.explanation?.hasPrefix("the object attribute 'cost.center', defined in Authentik") == true)
        #expect(ofPath.message.hasPrefix("attributes_cost.center: Is not unique; the object attribute"))
        let other = try Self.error(400, Self.json, #"{"attributes": ["Must be an object."]}"#, to: request)
        #expect(try #require(other).explanation == nil)
    }
}
