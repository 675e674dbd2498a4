import CurlTransport
import Foundation
import JSON
import TestSupport
import Testing

/// `POST /reconcile`: what it starts, and who may.
@Suite(.timeLimit(.minutes(60))) struct TriggerTests {
    @Test func `a daemon that has nothing to do sends one request for each look at the audit log`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon(
                "--audit-seconds",
                "1",
                "--interval-seconds",
                "3600",
                "--verify-seconds",
                "0"
            )
            try await daemon.status("in sync") { $0["isInSync"] == true && $0["passes"]?["running"] == nil }
            /// Requests so far: all of them, and those that read the audit log.
            func requests() async throws -> (all: Double, looks: Double) {
                let lines = try await daemon.get("/metrics").split(separator: "\n")
                    .filter { $0.hasPrefix("reconcile_authentik_requests_total{") }
                func sum(_ lines: [Substring]) -> Double {
                    lines.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
                }
                return (sum(lines), sum(lines.filter { $0.contains(#"endpoint="events/events""#) }))
            }
            // The first looks also read what the pass itself wrote.
            var start = ContinuousClock.now
            let before = try await daemon.eventually("it looked before") {
                start = .now
                let now = try await requests()
                return now.looks >= 4 ? now : nil
            }
            let after = try await daemon.eventually("it looked") {
                let now = try await requests()
                return now.looks >= before.looks + 4 ? now : nil
            }
            #expect(after.all - before.all == after.looks - before.looks)
            #expect(after.looks - before.looks <= (ContinuousClock.now - start) / .seconds(1) + 2)
            #expect(try await daemon.status()["passes"]?["lastAttempt"]?["number"] == 1)
        }
    }

    @Test func `a pass that is asked for is numbered, and told when it is over`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let asked = try await daemon.request("POST", "/reconcile")
            #expect(asked.status == 202)
            #expect(asked.headers["location"] == "/status")
            #expect(try JSONValue(parsing: asked.body.utf8) == ["pass": 2])
            try await daemon.status("it ran") { $0["passes"]?["lastSuccess"]?["number"] == 2 }
            for query in ["wait=true", "wait", "wait=1"] {
                try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
                let answer = try await daemon.request("POST", "/reconcile?\(query)")
                #expect(answer.status == 200)
                let told = try JSONValue(parsing: answer.body.utf8)
                #expect(told["pass"]?["triggers"] == ["request"])
                let report = try #require(told["report"])
                #expect(try schemaMistakes(report, "report") == [])
                #expect(report.service("grafana")?["decision"] == "update", "\(report)")
            }
            #expect(try await daemon.request("POST", "/reconcile?wait=false").status == 202)
        }
    }

    @Test func `what is asked for while a pass runs becomes one pass after it, for everybody who waits`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true && $0["passes"]?["running"] == nil }
            // Long enough for all requests to arrive while the pass runs, on a machine that is busy with other tests, too.
            try workplace.set("latency=12s")
            #expect(try await daemon.request("POST", "/reconcile").body.contains("2"))
            try await daemon.status("it runs") { $0["passes"]?["running"]?["number"] == 2 }
            let answers = try await withThrowingTaskGroup(of: JSONValue.self) { group in
                for _ in 0..<3 { #expect(try await daemon.request("POST", "/reconcile").body.contains("3")) }
                for _ in 0..<5 { group.addTask { try await daemon.pass() } }
                try workplace.set()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 5)
            for answer in answers {
                #expect(answer["pass"]?["number"] == 3)
                #expect(answer["pass"]?["triggers"] == ["request"])
                #expect(answer["report"] != nil)
            }
            let status = try await daemon.status()
            #expect(status["passes"]?["lastAttempt"]?["number"] == 3)
            #expect(status["passes"]?["running"] == nil)
            #expect(try await daemon.metric(#"reconcile_passes_total{result="converged"}"#) == 3)
        }
    }

    @Test func `who asks without end gets a pass a second`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true && $0["passes"]?["running"] == nil }
            let start = ContinuousClock.now
            for _ in 0..<200 { #expect(try await daemon.request("POST", "/reconcile").status == 202) }
            for _ in 0..<3 { try await daemon.pass() }
            let elapsed = (ContinuousClock.now - start).components.seconds
            let passes = try #require(try await daemon.status()["passes"]?["lastAttempt"]?["number"]?.integer)
            #expect(passes <= elapsed + 4, "\(passes) passes in \(elapsed) s")
            #expect(passes >= 4)
        }
    }

    @Test func `only who has the token may ask, and a rotated one counts at once`() async throws {
        try await withWorkplace { workplace in
            let file = workplace.folder.appending(path: "trigger")
            func write(_ token: String) throws { try Data(token.utf8).write(to: file, options: .atomic) }
            try write("  first-trigger-token\n")
            let daemon = try workplace.daemon("--trigger-token-file", file.path)
            try await daemon.status("in sync") { $0["isInSync"] == true }
            func ask(_ authorization: String?, _ path: String = "/reconcile") async throws -> Int {
                var headers: HTTPHeaders = [:]
                if let authorization { headers.append("authorization", authorization) }
                let answer = try await daemon.request("POST", path, headers: headers)
                #expect(answer.status != 401 || answer.headers["www-authenticate"] == #"Bearer realm="reconcile""#)
                if answer.status >= 400 { #expect(try JSONValue(parsing: answer.body.utf8)["error"] != nil) }
                return answer.status
            }
            for wrong in [
                nil, "", "Bearer", "Bearer ", "Bearer first-trigger-toke", "Bearer first-trigger-token2",
                "first-trigger-token",
                "Basic first-trigger-token", "Bearer \(Workplace.token)", "Bearer FIRST-TRIGGER-TOKEN",
            ] { #expect(try await ask(wrong) == 401, "\(wrong ?? "none")") }
            #expect(try await ask(nil, "/reconcile?token=first-trigger-token") == 401)
            #expect(try await ask("Bearer first-trigger-token") == 202)
            #expect(try await ask("bearer first-trigger-token", "/reconcile?wait") == 200)
            try write("second-trigger-token")
            #expect(try await ask("Bearer first-trigger-token") == 401)
            #expect(try await ask("Bearer second-trigger-token") == 202)
            try write(" \n")
            #expect(try await ask("Bearer ") == 503)
            #expect(try await ask("Bearer second-trigger-token") == 503)
            try FileManager.default.removeItem(at: file)
            #expect(try await ask("Bearer second-trigger-token") == 503)
            for path in ["/", "/status", "/metrics", "/healthz", "/readyz"] {
                #expect(try await daemon.request("GET", path).status == 200, "\(path)")
            }
        }
    }

    @Test func `a daemon that cannot read the token does not start`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--trigger-token-file", "/nonexistent/token")
            #expect(try await daemon.exit() == 64)
            #expect(daemon.errors.contains("cannot read the trigger token file '/nonexistent/token'"))
        }
    }
}
