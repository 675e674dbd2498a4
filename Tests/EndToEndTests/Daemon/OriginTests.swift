import CurlTransport
import TestSupport
import Testing

/// Who is refused since somebody else's web page may have sent it.
@Suite(.timeLimit(.minutes(60))) struct OriginTests {
    @Test func `on loopback, every request must name the server as what it is`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--allowed-host", "Reconcile.example.net")
            let port = try await daemon.port()
            let own = [
                "localhost:\(port)", "127.0.0.1:\(port)", "[::1]:\(port)", "reconcile.example.net",
                "RECONCILE.example.net:81",
            ]
            for host in own {
                #expect(try await status(daemon, "POST", host) == 202, "\(host)")
                #expect(try await status(daemon, "GET", host) == 200, "\(host)")
                #expect(try await status(daemon, "POST", host, "http://\(host)") == 202, "\(host)")
                #expect(try await status(daemon, "POST", host, "https://\(host)") == 202, "\(host)")
            }
            let foreign = [
                "evil.example.org", "evil.example.org:\(port)", "localhost.example.org", "127.0.0.1.example.org",
                "example.net", "x.reconcile.example.net", "localhost@evil.example.org",
                "[evil.example.org]", "1.2.3.4.5",
            ]
            for host in foreign {
                for method in ["POST", "GET", "HEAD"] {
                    #expect(try await status(daemon, method, host) == 403, "\(method) \(host)")
                }
            }
            for origin in [
                "http://evil.example.org", "null", "http://localhost", "http://localhost:\(port + 1)",
                "http://localhost:\(port).example.org", "ftp://localhost:\(port)",
            ] {
                #expect(try await status(daemon, "POST", "localhost:\(port)", origin) == 403, "\(origin)")
                #expect(try await status(daemon, "GET", "localhost:\(port)", origin) == 403, "\(origin)")
            }
            let refusal = try await daemon.request("POST", "/reconcile", headers: ["host": "evil.example.org"])
            #expect(refusal.body.contains("allow it with --allowed-host"))
        }
    }

    @Test(arguments: ["[0:0:0:0:0:0:0:1]", "LOCALHOST", "[::ffff:127.0.0.1]"])
    func `loopback is loopback, however it is written`(address: String) async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--listen", "\(address):0")
            #expect(try await status(daemon, "GET", "evil.example.org") == 403)
            #expect(try await status(daemon, "GET", "localhost") == 200)
            #expect(try await status(daemon, "POST", "evil.example.org") == 403)
        }
    }

    @Test func `where others reach it, everybody may look, and only its own page may ask`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--listen", "0.0.0.0:0")
            for path in ["/", "/status", "/metrics", "/healthz", "/readyz"] {
                let answer = try await daemon.request(
                    "GET",
                    path,
                    headers: ["host": "reconcile.svc.cluster.local", "origin": "http://evil.example.org"]
                )
                #expect(answer.status != 403, "\(path)")
                #expect(answer.headers.fields.allSatisfy { !$0.name.hasPrefix("access-control") }, "\(path)")
            }
            #expect(try await status(daemon, "POST", "reconcile.svc.cluster.local") == 403)
            #expect(try await status(daemon, "POST", "10.1.2.3:8080") == 202)
            #expect(try await status(daemon, "POST", "10.1.2.3:8080", "http://evil.example.org") == 403)
            #expect(try await status(daemon, "POST", "10.1.2.3:8080", "http://10.1.2.3:8080") == 202)
        }
    }

    @Test func `two hosts, or none, are refused`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            let port = try await daemon.port()
            for (hosts, status) in [
                ("", 403), ("Host: evil.example.org\r\nHost: localhost\r\n", 400),
                ("Host: localhost\r\nHost: evil.example.org\r\n", 400), ("Host: localhost\r\nhost: localhost\r\n", 400),
            ] {
                let request = "POST /reconcile HTTP/1.1\r\n\(hosts)Content-Length: 0\r\nConnection: close\r\n\r\n"
                let answer = try await RawClient(port: port).answer(request)
                #expect(answer.status == status, "\(hosts)")
            }
        }
    }

    /// The status of an answer, to a POST of `/reconcile` or something else of `/status`.
    private func status(
        _ daemon: DaemonProcess,
        _ method: String,
        _ host: String,
        _ origin: String? = nil
    ) async throws -> Int {
        var headers: HTTPHeaders = ["host": host]
        if let origin { headers.append("origin", origin) }
        return try await daemon.request(method, method == "POST" ? "/reconcile" : "/status", headers: headers).status
    }
}
