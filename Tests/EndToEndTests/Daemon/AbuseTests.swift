import Glibc
import JSON
import TestSupport
import Testing

/// Clients that are broken, slow, many or hostile: none keeps the daemon from answering, from its passes, or from ending.
@Suite(.timeLimit(.minutes(60))) struct AbuseTests {
    /// What a client sends before it falls silent.
    struct Abuse: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        /// What the daemon answers, if it does; 0 for nothing but the end of the connection, nil if it waits for more.
        var statuses: Set<Int>?

        init(_ name: String, _ text: String, _ statuses: Set<Int>? = nil) {
            self.init(name, Array(text.utf8), statuses)
        }

        init(_ name: String, _ bytes: [UInt8], _ statuses: Set<Int>? = nil) {
            testDescription = name
            self.bytes = bytes
            self.statuses = statuses
        }
    }

    private static let megabyte = String(repeating: "x", count: 1 << 20)

    private static let abuses = [
        Abuse("nothing", ""),
        Abuse("half a request line", "GET /sta"),
        Abuse("half a header", "GET /status HTTP/1.1\r\nHost: loc"),
        Abuse("half a body", "POST /reconcile HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf of it"),
        Abuse(
            "half a chunk",
            "POST /reconcile HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf"
        ),
        Abuse(
            "a header of a megabyte",
            "GET /status HTTP/1.1\r\nHost: localhost\r\nX: \(megabyte)\r\n\r\n",
            [0, 400, 431]
        ),
        Abuse("a target of a megabyte", "GET /\(megabyte) HTTP/1.1\r\nHost: localhost\r\n\r\n", [0, 400, 414, 431]),
        Abuse(
            "ten thousand headers",
            "GET /status HTTP/1.1\r\nHost: localhost\r\n" + String(repeating: "X: y\r\n", count: 10_000) + "\r\n",
            [0, 400, 431]
        ),
        Abuse(
            "a body of ten megabytes",
            "POST /reconcile HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(10 << 20)\r\n\r\n"
                + String(repeating: megabyte, count: 10),
            [0, 413]
        ),
        Abuse(
            "ten megabytes in chunks, and no end",
            "POST /reconcile HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + String(repeating: "100000\r\n\(megabyte)\r\n", count: 10),
            [0, 413]
        ),
        Abuse(
            "a length below zero",
            "POST /reconcile HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            [0, 400]
        ),
        Abuse(
            "two lengths",
            "POST /reconcile HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            [0, 400]
        ),
        Abuse("no HTTP", "EHLO example.net\r\n\r\n", [0, 400]),
        Abuse("garbage", (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) }, [0, 400]),
        Abuse("zeros", [UInt8](repeating: 0, count: 65_536), [0, 400]),
        // The beginning of a ClientHello of TLS 1.2.
        Abuse("TLS", [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3] + [UInt8](repeating: 7, count: 194), [0, 400]),
        Abuse("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [0, 400, 403, 404, 405, 505]),
    ]

    @Test func `nothing that is sent holds it up`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let port = try await daemon.port()
            let before = try await daemon.descriptors()
            for abuse in Self.abuses {
                let client = try RawClient(port: port)
                try await client.send(abuse.bytes)
                try await expectService(daemon, abuse.testDescription)
                if let statuses = abuse.statuses {
                    let text = try await client.receive()
                    #expect(statuses.contains(RawAnswer(text).status), "\(abuse.testDescription): \(text.prefix(200))")
                }
            }
            try await expectFew(daemon, before)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `a thousand clients at once are served`() async throws {
        let limit = try #require(descriptorLimit())
        try await withWorkplace { workplace in
            // As many as systemd, and a shell, give to what they start.
            let daemon = try workplace.daemon(descriptors: 1024)
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let port = try await daemon.port()
            let before = try await daemon.descriptors()
            try await served(1000, by: daemon, port)
            try await expectFew(daemon, before)
            #expect(try await daemon.metric("process_max_fds") == Double(limit))
            #expect(try await daemon.end() == 0)
        }
    }

    /// Connects many, which are all there while the daemon is asked by others, and then are all answered.
    private func served(_ count: Int, by daemon: DaemonProcess, _ port: Int) async throws {
        let clients = try (0..<count).map { _ in try RawClient(port: port) }
        for client in clients { try await client.send("GET /healthz HTTP/1.1\r\nHost: local") }
        try await expectService(daemon, "\(count) clients")
        for client in clients { try await client.send("host\r\nConnection: close\r\n\r\n") }
        var answered = 0
        for client in clients where RawAnswer(try await client.receive()).status == 200 { answered += 1 }
        #expect(answered == count)
    }

    @Test func `who does not read what he asked for holds nobody up`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let port = try await daemon.port()
            let before = try await daemon.descriptors()
            let request = "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            for _ in 0..<3 {
                let client = try RawClient(port: port)
                // More than all the buffers in between hold.
                let sending = Task { try await client.send(String(repeating: request, count: 4000)) }
                defer { sending.cancel() }
                try await expectService(daemon, "somebody does not read")
            }
            let patient = try RawClient(port: port)
            try await patient.send(String(repeating: request, count: 100) + last)
            try await expectService(daemon, "somebody reads late")
            let text = try await patient.receive()
            #expect(text.split(separator: "HTTP/1.1 200 OK\r\n").count == 101)
            try await expectFew(daemon, before)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `who asks for much and reads nothing takes no memory`() async throws {
        try await withWorkplace { workplace in
            let more = (0..<100).map { "  - slug: s\($0)\n    launchURL: https://s\($0).example.net\n" }
            try workplace.write(Workplace.services + more.joined())
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let port = try await daemon.port()
            let memory = "process_resident_memory_bytes"
            let start = try #require(try await daemon.metric(memory))
            let requests = String(repeating: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 100)
            let clients = try (0..<60).map { _ in try RawClient(port: port) }
            for client in clients { try await client.send(requests) }
            for client in clients { try await client.receive { !$0.isEmpty } }
            try await expectService(daemon, "60 read nothing")
            // All answers together are 180 MB.
            let grown = try #require(try await daemon.metric(memory)) - start
            #expect(grown < 60_000_000)
            for client in clients { try await client.receive { $0.count > 1 << 20 } }
            try await expectService(daemon, "60 read on")
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `more connections than there are places leave health alone`() async throws {
        try #require(descriptorLimit() != nil)
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let port = try await daemon.port()
            let clients = try (0..<1300).map { _ in try RawClient(port: port) }
            for client in clients { try await client.send("GET /healthz HTTP/1.1\r\nHost: local") }
            try await expectService(daemon, "1300 clients")
            // The first ones lost their places, and others did not.
            #expect(try await clients[0].receive() == "")
            for client in [clients[700], clients[1299]] {
                try await client.send("host\r\nConnection: close\r\n\r\n")
                #expect(RawAnswer(try await client.receive()).status == 200)
            }
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `only so many wait for a pass`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true && $0["passes"]?["running"] == nil }
            let port = try await daemon.port()
            try workplace.set("latency=12s")
            let request =
                "POST /reconcile?wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<80 {
                    group.addTask { try await RawClient(port: port).answer(request).status }
                }
                // Those that must not wait are answered while the others do.
                #expect(try await group.next() == 503)
                try workplace.set()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == 200 } >= 64)
            #expect(Set(answers).isSubset(of: [200, 503]))
            try await expectService(daemon, "80 waited")
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `who goes away while he waits for a pass leaves nothing behind`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true && $0["passes"]?["running"] == nil }
            let port = try await daemon.port()
            let before = try await daemon.descriptors()
            try workplace.set("latency=1s")
            for _ in 0..<50 {
                try await RawClient(port: port).send(
                    "POST /reconcile?wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                )
            }
            try workplace.set()
            try await expectService(daemon, "50 went away")
            try await expectFew(daemon, before)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test(arguments: [
        "GET /sta", "POST /reconcile HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf", "",
        "GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ])
    func `clients that stay do not keep it from ending`(sent: String) async throws {
        try #require(descriptorLimit() != nil)
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let port = try await daemon.port()
            let before = try await daemon.descriptors()
            let clients = try (0..<200).map { _ in try RawClient(port: port) }
            for client in clients { try await client.send(sent) }
            try await daemon.eventually("all are connected") {
                try await daemon.descriptors() >= before + 200 ? true : nil
            }
            try await expectService(daemon, "200 clients stay")
            #expect(try await daemon.end() == 0)
            #expect(daemon.line("ended") != nil)
            for client in clients { try await client.receive() }
        }
    }

    // MARK: - What is expected

    /// It lives, and does its work.
    private func expectService(_ daemon: DaemonProcess, _ what: String) async throws {
        #expect(try await daemon.request("GET", "/healthz").status == 200, "\(what)")
        #expect(try await daemon.pass()["pass"]?["result"] == "converged", "\(what)")
    }

    /// Waits until no more descriptors are open than before; a few may come and go with the daemon's own work.
    private func expectFew(_ daemon: DaemonProcess, _ before: Int) async throws {
        var last = 0
        try await daemon.eventually("the descriptors are closed", else: { "\(last), and \(before) before" }) {
            last = try await daemon.descriptors()
            return last <= before + 10 ? true : nil
        }
    }
}

/// Lets this process have as many files and connections open as it may.
///
/// - Returns: how many these are; nil if too few for a thousand clients.
private func descriptorLimit() -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    limit.rlim_cur = limit.rlim_max
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return limit.rlim_cur >= 2500 ? Int(clamping: limit.rlim_cur) : nil
}
