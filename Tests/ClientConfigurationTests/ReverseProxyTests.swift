import Foundation
import Kinds
import Testing
import YAMLDocument

@testable import ClientConfiguration

/// What reverse proxies are told of forward-auth.
///
/// To write the expectations anew after a change that is meant: `REWRITE_GOLDEN=1 swift test --filter ClientConfigurationTests`.
struct ReverseProxyTests {
    @Test(arguments: ReverseProxy.allCases) func `what each reverse proxy is told`(proxy: ReverseProxy) throws {
        for sample in Sample.sites {
            let text = proxy.text(for: try Sample.site(sample.mode, isSecure: sample.isSecure))
            try expectGolden(text, "proxy-\(proxy.rawValue)-\(sample.name).txt")
        }
    }

    @Test(arguments: [ReverseProxy.traefik, .traefikKubernetes, .envoy, .generic])
    func `YAML`(proxy: ReverseProxy) throws {
        for sample in Sample.sites {
            let text = proxy.text(for: try Sample.site(sample.mode, isSecure: sample.isSecure))
            for document in text.split(separator: "\n---\n") {
                let yaml = ParsedYAML(Array(document.utf8))
                #expect(yaml.problems == [], "\(text)")
                guard case .mapping? = yaml.root?.content else {
                    Issue.record("it is no mapping: \(document)")
                    return
                }
            }
        }
    }

    @Test(.enabled(if: Program.nginx.isInstalled, Program.nginx.advice)) func `nginx takes it`() async throws {
        try await withFolder { folder in
            let tls = "\(folder)/tls"
            let made = try await Program.openssl.run([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "1", "-keyout",
                "\(tls).key",
                "-out", "\(tls).pem",
            ])
            try #require(made.status == 0, "\(made.output)")
            for sample in Sample.sites {
                var site = try Sample.site(sample.mode, isSecure: sample.isSecure)
                // It looks names up when it reads its configuration.
                site.outpost.host = "127.0.0.1"
                let server = ReverseProxy.nginx.text(for: site).replacing(
                    #/\/etc\/nginx\/tls\/[a-z.]+\.(pem|key)/#,
                    with: { "\(tls).\($0.output.1)" }
                )
                let file = "\(folder)/nginx.conf"
                let logs = "pid \(folder)/pid;\nerror_log \(folder)/error.log;\nevents {}\n"
                try Data("\(logs)http {\naccess_log off;\n\(server)}\n".utf8).write(to: URL(filePath: file))
                let result = try await Program.nginx.run(["-t", "-q", "-p", folder, "-c", file])
                #expect(result.status == 0 && !result.output.contains("[warn]"), "\(result.output)\n\(server)")
            }
        }
    }

    @Test(.enabled(if: Program.caddy.isInstalled, Program.caddy.advice)) func `Caddy takes it`() async throws {
        try await withFolder { folder in
            for sample in Sample.sites {
                let text = ReverseProxy.caddy.text(for: try Sample.site(sample.mode, isSecure: sample.isSecure))
                let file = "\(folder)/Caddyfile"
                try Data(text.utf8).write(to: URL(filePath: file))
                let arguments = ["validate", "--adapter", "caddyfile", "--config", file]
                let result = try await Program.caddy.run(arguments, home: folder)
                #expect(
                    result.status == 0 && result.output.contains("Valid configuration"),
                    "\(result.output)\n\(text)"
                )
                let formatted = try await Program.caddy.run(["fmt", file], home: folder)
                #expect(formatted.output.hasPrefix(text), "\(formatted.output)")
            }
        }
    }

    @Test func `nginx listens to IPv6 for a host that is such an address`() throws {
        var site = try Sample.site(.single)
        #expect(!ReverseProxy.nginx.text(for: site).contains("[::]"))
        site.external = try #require(HTTPOrigin("https://[2001:db8::1]:8448"))
        let text = ReverseProxy.nginx.text(for: site)
        #expect(text.contains("    listen      8448 ssl;\n    listen      [::]:8448 ssl;\n"))
        #expect(text.contains("    server_name [2001:db8::1];\n"))
        #expect(text.contains("/etc/nginx/tls/2001:db8::1.pem;"))
        site.external = try #require(HTTPOrigin("http://[::1]"))
        #expect(ReverseProxy.nginx.text(for: site).contains("    listen      [::]:80;\n"))
    }

    @Test func `the service is told by the outpost only`() throws {
        let names = ReverseProxy.allHeaders(try Sample.site(.single))
        #expect(names.count == 12)
        for sample in Sample.sites where sample.mode != .proxy {
            let site = try Sample.site(sample.mode, isSecure: sample.isSecure)
            let nginx = ReverseProxy.nginx.text(for: site)
            for name in names { #expect(nginx.contains("proxy_set_header \(name) $authentik_")) }
            let caddy = ReverseProxy.caddy.text(for: site)
            let cleared = try #require(caddy.firstRange(of: "\t\trequest_header -X-Authentik-*\n"))
            let asked = try #require(caddy.firstRange(of: "\t\tforward_auth "))
            #expect(cleared.upperBound < asked.lowerBound)
        }
    }

    @Test(arguments: [
        ("_x-", "x"), ("trivy", "trivy"), ("My_App", "my-app"), ("1st", "app-1st"), ("-", "app"),
        (String(repeating: "a", count: 49) + "--b", String(repeating: "a", count: 49)),
    ])
    func `an object of Kubernetes has a name that it takes`(slug: String, name: String) throws {
        var site = try Sample.site(.single)
        site.slug = slug
        #expect(site.objectName == name)
        #expect(ReverseProxy.traefikKubernetes.text(for: site).contains("\n  name: \(name)-outpost\n"))
        #expect(ReverseProxy.envoy.text(for: site).contains("\n  name: authentik-\(name)\n"))
    }

    @Test(arguments: ["authentik", "outpost"]) func `a slug is not the name of something else`(slug: String) throws {
        for sample in Sample.sites {
            var site = try Sample.site(sample.mode, isSecure: sample.isSecure)
            site.slug = slug
            let text = ReverseProxy.traefik.text(for: site)
            #expect(ParsedYAML(Array(text.utf8)).problems == [], "\(text)")
            #expect(text.contains("passHostHeader: false") == (site.outpost.isSecure && site.mode != .domain))
        }
    }

    // MARK: - Of a file

    @Test func `the embedded outpost is where Authentik is, as near as somebody says`() throws {
        func outpost(_ authentik: String?, _ outpost: String? = nil) throws -> String {
            let text = try Sample.print("generic", "trivy", at: authentik, outpost: outpost)
            return text.split(separator: "\n").first { $0.hasPrefix("  upstream: ") }.map(String.init) ?? ""
        }
        #expect(try outpost("https://sso.example.net/auth") == "  upstream: https://sso.example.net")
        #expect(try outpost(nil) == "  upstream: https://login.example.net")
        #expect(try outpost("https://sso.example.net", "http://ak:9000") == "  upstream: http://ak:9000")
    }

    @Test func `mode, domain, upstream and basicAuth are the file's`() throws {
        let single = try Sample.print("nginx", "trivy", upstream: "http://127.0.0.1:8081")
        #expect(single.contains("listen      8448 ssl;"))
        #expect(single.contains("proxy_pass http://127.0.0.1:8081;"))
        #expect(single.contains("proxy_set_header Authorization $authentik_auth;"))
        let domain = try Sample.print("caddy", "all")
        #expect(domain.contains("\nhttps://*.example.net {\n"))
        #expect(!domain.contains("Authorization"))
        let proxy = try Sample.print("caddy", "behind", outpost: "http://ak-outpost-own:9000")
        #expect(proxy.contains("https://sso.example.net:8450 {\n\treverse_proxy http://ak-outpost-own:9000\n}"))
    }

    @Test(arguments: [
        ("https://a.example.net", "https://a.example.net", 443),
        ("HTTP://A.example.net:80/x?y", "http://a.example.net", 80),
        ("http://10.0.0.1:8080", "http://10.0.0.1:8080", 8080), ("http://[::1]:9000/", "http://[::1]:9000", 9000),
    ])
    func `an origin`(text: String, description: String, port: Int) throws {
        let origin = try #require(HTTPOrigin(text))
        #expect(origin.description == description)
        #expect(origin.effectivePort == port)
    }

    @Test(arguments: [
        "", "a.example.net", "ftp://a", "http://", "http://a b", "http://a;b", "http://${a}", "http://a:0",
        "http://a:x",
        "http://u:p@a", "http://a\"", "http://[::1",
    ])
    func `no origin`(text: String) { #expect(HTTPOrigin(text) == nil) }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
