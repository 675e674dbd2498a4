import CurlTransport
import Foundation
import JSON
import TestSupport
import Testing

/// What the daemon serves where, over real HTTP.
@Suite(.timeLimit(.minutes(60))) struct ServedPathsTests {
    private static let paths = ["/", "/status", "/metrics", "/healthz", "/readyz"]

    @Test func `every path answers GET and HEAD alike, and no other method`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let port = try await daemon.port()
            func ask(_ method: String, _ path: String) async throws -> RawAnswer {
                let request = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                return try await RawClient(port: port).answer(request)
            }
            for path in Self.paths {
                let get = try await ask("GET", path)
                let head = try await ask("HEAD", path)
                #expect(get.status == 200, "\(path)")
                #expect(head.status == 200, "\(path)")
                #expect(head.body == "", "\(path)")
                // Metrics count these requests' descriptors and time.
                if path == "/metrics" {
                    #expect(head["Content-Length"].flatMap { Int($0) } ?? 0 > 1000)
                } else {
                    #expect(head.headers == get.headers, "\(path)")
                }
                #expect(get["Content-Length"] == "\(get.body.utf8.count)", "\(path)")
                expectGuarded(get, path)
                for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
                    let answer = try await ask(method, path)
                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(answer["Allow"] == "GET, HEAD", "\(method) \(path)")
                    try expectError(answer, "method not allowed; use GET, HEAD")
                }
            }
            for method in ["GET", "PUT", "DELETE"] {
                let answer = try await ask(method, "/reconcile")
                #expect(answer.status == 405)
                #expect(answer["Allow"] == "POST")
                try expectError(answer, "method not allowed; use POST")
            }
            let head = try await ask("HEAD", "/reconcile")
            #expect(head.status == 405)
            #expect(head.body == "")
        }
    }

    @Test func `nothing else is there`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            let port = try await daemon.port()
            let paths = [
                "/nothing", "/status/", "/Status", "//", "//status", "/../etc/passwd", "/%2e%2e/etc/passwd",
                "/status%00",
                "/healthz/../status", "/<script>alert(1)</script>", "*",
            ]
            for path in paths {
                let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                let answer = try await RawClient(port: port).answer(request)
                #expect(answer.status == 404, "\(path)")
                #expect(!answer.body.contains("script"))
                try expectError(answer, "not found; available are /, /status, /metrics, /healthz, /readyz")
                expectGuarded(answer, path)
            }
        }
    }

    @Test func `the status is sent again only when it changed`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            let status = try await daemon.status("in sync") { $0["isInSync"] == true && $0["passes"]?["next"] != nil }
            #expect(try schemaMistakes(status, "status") == [])
            let first = try await daemon.request("GET", "/status")
            let tag = try #require(first.headers["etag"])
            for seen in [tag, "W/\(tag)", "\"other\", \(tag)", "\"other\",W/\(tag) , \"third\"", "*"] {
                let answer = try await daemon.request("GET", "/status", headers: ["if-none-match": seen])
                #expect(answer.status == 304, "\(seen)")
                #expect(answer.body == "", "\(seen)")
                #expect(answer.headers["etag"] == tag, "\(seen)")
            }
            for seen in ["\"other\"", String(tag.dropFirst().dropLast()), "", "W/\"other\""] {
                let answer = try await daemon.request("GET", "/status", headers: ["if-none-match": seen])
                #expect(answer.status == 200, "\(seen)")
                #expect(answer.body == first.body, "\(seen)")
            }
            try await daemon.pass()
            let changed = try await daemon.request("GET", "/status", headers: ["if-none-match": tag])
            #expect(changed.status == 200)
            #expect(changed.headers["etag"] != tag)
            #expect(changed.headers["etag"] != nil)
        }
    }

    @Test func `services are asked for by name and by state`() async throws {
        try await withWorkplace { workplace in
            try FileManager.default.removeItem(at: workplace.secretFile)
            let daemon = try workplace.daemon("--audit-seconds", "0")
            let all = try await daemon.settled("blocked") { $0.service("grafana")?["state"] == "blocked" }
            for (query, slugs) in [
                ("", ["docs", "grafana"]), ("service=docs", ["docs"]),
                ("service=docs&service=grafana", ["docs", "grafana"]),
                ("state=blocked", ["grafana"]), ("state=blocked,in-sync", ["docs", "grafana"]), ("state=failed", []),
                ("state=failed&state=in-sync", ["docs"]), ("service=docs&state=blocked", []), ("service=nothing", []),
                ("service=d%6Fcs", ["docs"]), ("state=&service=", ["docs", "grafana"]),
                ("other=1", ["docs", "grafana"]),
            ] {
                let answer = try await daemon.request("GET", "/status?\(query)")
                #expect(answer.status == 200, "\(query)")
                let status = try JSONValue(parsing: answer.body.utf8)
                #expect(status["services"]?.array?.compactMap { $0["slug"]?.string } == slugs, "\(query)")
                // All else is of everything.
                var (rest, whole) = (status.object, all.object)
                rest?["services"] = nil
                whole?["services"] = nil
                #expect(rest == whole, "\(query)")
                #expect(try schemaMistakes(status, "status") == [])
                let tag = try #require(answer.headers["etag"])
                let again = try await daemon.request("GET", "/status?\(query)", headers: ["if-none-match": tag])
                #expect(again.status == 304 && again.body == "" && again.headers["etag"] == tag, "\(query)")
                let head = try await daemon.request("HEAD", "/status?\(query)")
                #expect(head.headers["content-length"] == "\(answer.body.utf8.count)" && head.body == "", "\(query)")
            }
            for path in ["/status?state=broken", "/?state=blocked,broken"] {
                let answer = try await daemon.request("GET", path)
                #expect(answer.status == 400, "\(path)")
                let error = try JSONValue(parsing: answer.body.utf8)["error"]?.string
                #expect(error?.hasPrefix("unknown state 'broken'; expected one of in-sync, pending, ") == true)
            }
            // The token and the permissions are the same with a query.
            for path in ["/status?service=docs", "/?state=blocked"] {
                let port = try await daemon.port()
                let foreign = "GET \(path) HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                #expect(try await RawClient(port: port).answer(foreign).status == 403)
            }
        }
    }

    @Test func `a page for each hundred services, which is sent again only when it changed`() async throws {
        try await withWorkplace { workplace in
            let bookmarks = (100..<350).map { "  - {slug: app-\($0), launchURL: \"https://app-\($0).example.net\"}\n" }
                .joined()
            try workplace.write(Workplace.services + bookmarks)
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            func slugs(_ path: String) async throws -> [String] {
                try await daemon.get(path).matches(of: #/<details id="service-([^"]+)"/#).map { String($0.1) }
            }
            var seen: [String] = []
            for page in 1...3 { seen += try await slugs("/?page=\(page)") }
            #expect(seen.count == 252 && Set(seen).count == 252)
            #expect(try await slugs("/").count == 100)
            #expect(try await slugs("/?search=APP-34").count == 10)
            #expect(try await slugs("/?search=app&page=3").count == 50)
            #expect(try await slugs("/?service=grafana") == ["grafana"])
            for path in ["/", "/?page=2&search=app"] {
                let first = try await daemon.request("GET", path)
                let tag = try #require(first.headers["etag"])
                let again = try await daemon.request("GET", path, headers: ["if-none-match": tag])
                #expect(again.status == 304 && again.body == "" && again.headers["etag"] == tag)
                #expect(again.headers["content-security-policy"] == first.headers["content-security-policy"])
                let head = try await daemon.request("HEAD", path)
                #expect(head.headers["content-length"] == "\(first.body.utf8.count)")
                try await daemon.pass()
                #expect(try await daemon.request("GET", path, headers: ["if-none-match": tag]).status == 200)
            }
        }
    }

    @Test func `it lives, but is not ready, before a pass succeeded`() async throws {
        try await withWorkplace { workplace in
            try workplace.set("unavailable=503,retry-after=0")
            let daemon = try workplace.daemon()
            let early = try await daemon.request("GET", "/readyz")
            #expect(early.status == 503)
            #expect(try await daemon.request("GET", "/healthz").status == 200)
            try await daemon.status("a pass has failed") { $0["passes"]?["lastAttempt"]?["result"] == "failed" }
            let answer = try await daemon.request("GET", "/readyz")
            #expect(answer.status == 503)
            let readiness = try JSONValue(parsing: answer.body.utf8)
            #expect(readiness["isWell"] == false)
            #expect(readiness["reason"]?.string?.contains("503") == true, "\(readiness)")
            #expect(try await daemon.request("GET", "/healthz").status == 200)
            #expect(try await daemon.request("HEAD", "/readyz").status == 503)
            try workplace.set()
            try await daemon.pass()
            #expect(try await daemon.request("GET", "/readyz").status == 200)
        }
    }

    /// What every answer says to browsers.
    private func expectGuarded(_ answer: RawAnswer, _ path: String) {
        #expect(answer["X-Content-Type-Options"] == "nosniff", "\(path)")
        #expect(answer["Referrer-Policy"] == "same-origin", "\(path)")
        #expect(answer["Cache-Control"] == "no-cache", "\(path)")
        #expect(answer["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true, "\(path)")
        #expect(answer["Access-Control-Allow-Origin"] == nil, "\(path)")
    }

    private func expectError(_ answer: RawAnswer, _ message: JSONValue) throws {
        #expect(answer["Content-Type"] == "application/json")
        #expect(try JSONValue(parsing: answer.body.utf8) == ["error": message])
    }
}
