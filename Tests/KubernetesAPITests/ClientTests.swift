import CurlTransport
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import KubernetesAPI

@Suite("KubernetesAPI: requests", .timeLimit(.minutes(60)))
struct ClientTests {
    @Test("A Secret is read, and printed nowhere")
    func secret() async throws {
        let server = try CannedServer(.json(200, secretJSON(276, "hunter2\n")))
        let secret = try #require(try await makeClient(server.url).secret(grafana))
        #expect(secret.version.uid == "u-1")
        #expect(secret.version.resourceVersion == "276")
        #expect(secret.data == ["KEY": SecretBytes([UInt8]("hunter2\n".utf8))])
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("hunter"))
        let request = try #require(server.requests.first)
        #expect(request.target == "/api/v1/namespaces/monitoring/secrets/grafana-secret")
        #expect(request.header("authorization") == "Bearer \(token)")
        #expect(request.header("accept") == "application/json")
    }

    @Test("What is too large is refused, and of an error as much read as matters")
    func limits() async throws {
        let large = "[" + String(repeating: "1,", count: KubernetesClient.maximumObjectBytes / 2) + "1]"
        let server = try CannedServer { $0.path.contains("large") ? .json(200, large) : .json(422, large) }
        let client = try makeClient(server.url)
        let object = ObjectName(namespace: "n", name: "large")
        #expect(try await failure { try await client.secret(object) }.transport?.kind == .responseTooLarge)
        #expect(try await failure { try await client.list(object) }.kind == .undecodable)
        let error = try await failure { try await client.secret(grafana) }
        #expect(error.status == 422)
        #expect(error.message.unicodeScalars.count < 501)
        let long = try CannedServer(.json(422, statusJSON(422, "Invalid", String(repeating: "e\u{301}", count: 9000))))
        #expect(
            try await failure { try await makeClient(long.url).secret(grafana) }.message.unicodeScalars.count == 501
        )
    }

    @Test("What was sent in secret is not shown, however a server quotes it", arguments: ["", "\u{301}", "\u{200D}"])
    func masked(end: String) async throws {
        let server = try CannedServer { request in
            .json(
                422,
                statusJSON(422, "Invalid", "hunter2-of-grafana\(end), aHVudGVyMi1vZi1ncmFmYW5h and \(token)\(end)")
            )
        }
        let client = try makeClient(server.url)
        let error = try await failure {
            try await client.apply(
                .secrets,
                grafana,
                data: ["KEY": Secret("hunter2-of-grafana")],
                secretKeys: ["KEY"],
                labels: [:]
            )
        }
        #expect(
            error.message.unicodeScalars.elementsEqual("(secret)\(end), (secret) and (secret)\(end)".unicodeScalars)
        )
    }

    @Test("Without data it is empty")
    func noData() async throws {
        let server = try CannedServer(.json(200, #"{"metadata":{"uid":"u","resourceVersion":"1"}}"#))
        #expect(try await makeClient(server.url).secret(grafana)?.data.isEmpty == true)
    }

    @Test("That there is none is a value, if a Kubernetes API says so")
    func absent() async throws {
        let server = try CannedServer(
            .json(404, statusJSON(404, "NotFound", "secrets grafana-secret not found")),
            .html(404, "no")
        )
        let client = try makeClient(server.url)
        #expect(try await client.secret(grafana) == nil)
        let error = try await failure { try await client.secret(grafana) }
        #expect(error.kind == .undecodable)
        #expect(error.message == "answered 404; is this the address of a Kubernetes API server?")
    }

    @Test(
        "Failures are told apart",
        arguments: [
            (400, "BadRequest", KubernetesError.Kind.invalid), (401, "Unauthorized", .unauthorized),
            (403, "Forbidden", .forbidden), (409, "Conflict", .conflict), (410, "Expired", .gone),
            (422, "Invalid", .invalid), (429, "TooManyRequests", .throttled), (500, "InternalError", .unavailable),
            (503, "ServiceUnavailable", .unavailable),
        ]
    )
    func kinds(status: Int, reason: String, kind: KubernetesError.Kind) async throws {
        let server = try CannedServer(.json(status, statusJSON(status, reason, "because\\nof it")))
        let error = try await failure { try await makeClient(server.url).secret(grafana) }
        #expect(error.kind == kind)
        #expect(error.status == status)
        #expect(error.message == "because of it")
        #expect(error.request == "GET \(server.url)/api/v1/namespaces/monitoring/secrets/grafana-secret")
    }

    @Test("What is refused is named, and what would grant it")
    func forbidden() async throws {
        let server = try CannedServer(.json(403, statusJSON(403, "Forbidden", "secrets is forbidden")))
        let client = try makeClient(server.url)
        let error = try await failure { try await client.list(grafana) }
        #expect(
            "\(error)" == """
                GET \(server.url)/api/v1/namespaces/monitoring/secrets: secrets is forbidden (needs 'list' on secrets \
                'grafana-secret' in namespace 'monitoring', which a Role there grants with the rule \
                {apiGroups: [""], resources: [secrets], resourceNames: [grafana-secret], verbs: [get, list, watch]})
                """
        )
        #expect(try await failure { try await client.secret(grafana) }.permission?.verb == "get")
        let watch = try await failure { try await client.watch(grafana, from: "1", time: .seconds(1)) }
        #expect(watch.permission?.verb == "watch")
    }

    @Test("A server that quotes the token is not repeated")
    func quotedToken() async throws {
        let server = try CannedServer(.json(400, statusJSON(400, "BadRequest", "what is \(token)?")))
        let error = try await failure { try await makeClient(server.url).secret(grafana) }
        #expect(error.message == "what is (secret)?")
    }

    @Test(
        "An answer that is no Secret is an error that quotes nothing",
        arguments: [
            (#"{"metadata":{"uid":"u"}}"#, "the Secret has no metadata.resourceVersion"),
            (#"{"metadata":{"resourceVersion":"1"}}"#, "the Secret has no metadata.uid"),
            (
                #"{"metadata":{"uid":"u","resourceVersion":"1"},"data":{"K":"hunter2!"}}"#,
                "the Secret contains a value that is not base64"
            ),
            ("hunter2", "it is not JSON"),
        ]
    )
    func undecodable(body: String, message: String) async throws {
        let server = try CannedServer(.json(200, body))
        let error = try await failure { try await makeClient(server.url).secret(grafana) }
        #expect(error.kind == .undecodable)
        #expect(error.message == "the answer cannot be decoded: \(message)")
    }

    @Test("What is no JSON does not count as success", arguments: [200, 302])
    func noJSON(status: Int) async throws {
        let server = try CannedServer(.html(status, "hello"))
        #expect(try await failure { try await makeClient(server.url).secret(grafana) }.kind == .undecodable)
    }

    @Test("What may go through is tried again, after as long as the server says")
    func retries() async throws {
        let server = try CannedServer(
            .json(429, statusJSON(429, "TooManyRequests", "x"), [("retry-after", "7")]),
            .json(503, statusJSON(503, "ServiceUnavailable", "x")),
            .json(200, secretJSON(1))
        )
        let waits = Mutex<[Duration]>([])
        var client = try makeClient(server.url)
        client.pause = { wait in waits.withLock { $0.append(wait) } }
        #expect(try await client.secret(grafana) != nil)
        let (first, second) = waits.withLock { ($0[0], $0[1]) }
        #expect(first == .seconds(7))
        #expect(second >= .seconds(1) && second <= .seconds(2))
    }

    @Test("It gives up after a few attempts, or when it would have to wait for long")
    func givesUp() async throws {
        let server = try CannedServer { request in
            let headers = request.path.contains("late") ? [("retry-after", "3600")] : []
            return .json(503, statusJSON(503, "ServiceUnavailable", "x"), headers)
        }
        let client = try makeClient(server.url)
        #expect(try await failure { try await client.secret(grafana) }.kind == .unavailable)
        #expect(server.requests.count == 3)
        let late = ObjectName(namespace: "n", name: "late")
        #expect(try await failure { try await client.secret(late) }.retryAfter == .seconds(3600))
        #expect(server.requests.count == 4)
    }

    @Test("Nobody answers")
    func unreachable() async throws {
        try await withRefusingPort { port in
            let error = try await failure { try await makeClient("http://127.0.0.1:\(port)").secret(grafana) }
            #expect(error.kind == .unreachable)
            #expect(error.transport?.kind == .unreachable)
            #expect(error.isTransient)
        }
    }

    @Test("The token is read anew for each request, and at once when it is refused")
    func tokenFile() async throws {
        try await withFolder { folder in
            let path = "\(folder)/token"
            try write("first\n", to: path)
            let server = try CannedServer { request in
                // As if the kubelet had written it while the request was on its way.
                if request.number == 2 { try? write("third", to: path) }
                let isValid = request.header("authorization") == (request.number == 1 ? "Bearer first" : "Bearer third")
                return isValid ? .json(200, secretJSON(1)) : .json(401, statusJSON(401, "Unauthorized", "Unauthorized"))
            }
            let client = try makeClient(server.url, .tokenFile(path))
            #expect(try await client.secret(grafana) != nil)
            try write("second", to: path)
            #expect(try await client.secret(grafana) != nil)
            let tokens = server.requests.map { $0.header("authorization") }
            #expect(tokens == ["Bearer first", "Bearer second", "Bearer third"])
            try write("fourth", to: path)
            #expect(try await failure { try await client.secret(grafana) }.kind == .unauthorized)
            #expect(server.requests.count == 4)
            try write(" \n", to: path)
            let error = try await failure { try await client.secret(grafana) }
            #expect(error.message == "the token file \(path) is empty")
        }
    }

    @Test("Names cannot break out of their place")
    func names() {
        let request = KubernetesRequest(verb: .watch, object: ObjectName(namespace: "a/b", name: "c&d=?"))
        #expect(
            request.url(at: "https://x")
                == "https://x/api/v1/namespaces/a%2Fb/secrets?watch=true&fieldSelector=metadata.name%3Dc%26d%3D%3F"
        )
    }
}
