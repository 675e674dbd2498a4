import AuthentikSandbox
import CurlTransport
import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

/// `reconcile verify` and `reconcile --once --verify`, by the built binary.
@Suite(.timeLimit(.minutes(60))) struct VerifyTests {
    /// A server with one service that is as declared, and has rules of who may open it.
    private func withService(
        _ release: Sandbox.Release = .december2025,
        head: String = "",
        fields: String = "",
        more: String = "",
        _ body: @escaping @Sendable (Target, _ file: String) async throws -> Void
    ) async throws {
        try await withTarget(release) { target in
            let place = FileManager.default.temporaryDirectory.appending(path: "verify-\(UUID().uuidString).yaml")
            defer { try? FileManager.default.removeItem(at: place) }
            let port = target.environment["AUTHENTIK_URL"]?.split(separator: ":").last ?? ""
            let text = """
                apiVersion: reconcile/v1
                owner: homelab
                host: host.example.net
                groups: [{name: admins}]
                \(head.replacing("PORT", with: port))
                services:
                  - slug: grafana
                    name: Grafana
                    port: 8444
                    redirectPath: /login/generic_oauth
                    issuerMode: per_provider
                    secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}
                    access: {groups: [admins]}
                    \(fields)
                \(more)

                """
            try Data(text.utf8).write(to: place)
            let first = try await target.run("--once", "--config", place.path)
            #expect(first.status == 0, "\(first.output)\(first.errors)")
            target.sandbox.resetRequests()
            try await body(target, place.path)
        }
    }

    /// The reasons of what failed, by the JSON of a verification.
    private func reasons(_ verification: JSONValue?) -> [String] {
        (verification?["services"]?.array ?? []).flatMap { $0["checks"]?.array ?? [] }
            .compactMap { $0["reason"]?.string }
    }

    private func verify(_ target: Target, _ file: String) async throws -> (status: Int32, json: JSONValue) {
        let result = try await target.run("verify", "--config", file, "--output", "json")
        result.expectNoSecrets()
        let json = try JSONValue(parsing: Array(result.output.utf8))
        #expect(try schemaMistakes(json, "verification") == [])
        return (result.status, json)
    }

    // MARK: - What is well

    @Test(arguments: Sandbox.Release.allCases)
    func `what a pass made is verified, and nothing of it is left`(_ release: Sandbox.Release) async throws {
        try await withService(release) { target, file in
            let before = try await events(target)
            let result = try await target.run("verify", "--config", file, "--verbose")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(
                result.output.contains(
                    "\n  grafana  verified  discovery, issuer, algorithm, scopes, keys, login, secret\n"
                ),
                "\(result.output)"
            )
            #expect(result.output.contains("\n\nVerification: 1 verified. 4 probes in "))
            result.expectNoSecrets()
            let probes = target.sandbox.requests.filter { $0.path.hasPrefix("/application/") }
            #expect(probes.count == 4 && probes.allSatisfy { $0.caller == nil })
            #expect(target.writes == ["POST /application/o/revoke/"])
            #expect(try await events(target) == before)
        }
    }

    private static let others = """
          - slug: argocd
            port: 8443
            redirectPath: /auth/callback
            secretRef: {env: ARGOCD_OIDC_CLIENT_SECRET}
          - slug: docs
            launchURL: https://docs.example.net/
        """

    @Test func `services without a login have nothing to probe`() async throws {
        try await withService(more: Self.others) { target, file in
            let result = try await target.run("verify", "--config", file)
            #expect(result.status == 0)
            #expect(result.output.contains("\n\nVerification: 2 verified; 1 without a login. 8 probes in "))
            let one = try await target.run("verify", "--config", file, "--only", "argocd")
            #expect(one.status == 0 && one.output.contains("Verification: 1 verified. 4 probes in "))
            let none = try await target.run("verify", "--config", file, "--only", "docs", "--output", "markdown")
            #expect(none.status == 0 && none.output.hasPrefix("### Verification: no login to probe\n"))
            let wrong = try await target.run("verify", "--config", file, "--only", "grafanna")
            #expect(wrong.status == 64 && wrong.output == "")
            #expect(
                wrong.errors == "error: --only: the file declares no service 'grafanna'; did you mean 'grafana'?\n"
            )
        }
    }

    @Test func `the issuer is the one at publicURL, where browsers and services reach it`() async throws {
        try await withService(head: "publicURL: http://localhost:PORT/") { target, file in
            let result = try await verify(target, file)
            #expect(result.status == 0, "\(result.json)")
            #expect(result.json["authentik"]?["url"]?.string?.hasPrefix("http://localhost:") == true)
        }
        // Nobody is there.
        try await withService(head: "publicURL: http://localhost:1") { target, file in
            let result = try await verify(target, file)
            #expect(result.status == 1)
            #expect(reasons(result.json) == ["Unreachable"])
        }
    }

    @Test func `what to do is a command that works when it is pasted`() async throws {
        try await withService { target, file in
            try await target.admin.changeProvider("grafana", ["client_id": "another"])
            let result = try await target.run("verify", file, "--timeout-seconds", "200")
            #expect(result.status == 1)
            let advice = "'reconcile --once --config \(file) --timeout-seconds 200'"
            #expect(result.output.contains("-> run \(advice) to correct it; "), "\(result.output)")
            let words = advice.dropFirst().dropLast().split(separator: " ").dropFirst().map(String.init)
            #expect(try await Command(words, environment: target.environment).run().status == 0)
            #expect(try await target.run("verify", file).status == 0)
        }
    }

    @Test func `a provider that somebody renamed is found by its application`() async throws {
        try await withService { target, file in
            try await target.admin.changeProvider("grafana", ["name": "Renamed"])
            let result = try await target.run("verify", "--config", file, "--only", "grafana")
            #expect(result.status == 0, "\(result.output)")
        }
    }

    // MARK: - The audit log

    private func events(_ target: Target) async throws -> [JSONValue] {
        try await target.admin.list("events/events/?ordering=-created").map { $0["pk"] ?? .null }
    }

    @Test func `no probe leaves an event, whatever it finds`() async throws {
        try await withService { target, file in
            let transport = try CurlTransport()
            let url = target.environment["AUTHENTIK_URL"] ?? ""
            func expectNoEvent(_ changing: JSONValue?) async throws {
                if let changing { try await target.admin.changeProvider("grafana", changing) }
                let before = try await events(target)
                _ = try await verify(target, file)
                #expect(try await events(target) == before)
            }
            try await expectNoEvent(nil)
            try await expectNoEvent(["client_secret": "another"])
            try await expectNoEvent(["signing_key": nil])
            try await expectNoEvent(["property_mappings": []])
            try await expectNoEvent(["redirect_uris": [["matching_mode": "strict", "url": "https://a.example/"]]])
            try await expectNoEvent(["redirect_uris": []])
            // It did not learn what it was asked.
            #expect(try await target.admin.provider("grafana")["redirect_uris"] == [])
            try await expectNoEvent(["client_id": "another"])
            try await target.admin.deleteProvider("grafana")
            try await expectNoEvent(nil)

            // The log does tell of a request that Authentik takes for an attack: it is seen here.
            try await target.admin.makeProvider("other")
            let before = try await events(target)
            let form =
                "grant_type=authorization_code&code=x&client_id=other&client_secret=x&redirect_uri=https://evil.example/"
            let secret = try await target.admin.provider("other")["client_secret"]?.string ?? ""
            let body = form.replacing("client_secret=x", with: "client_secret=\(secret)")
            let headers: HTTPHeaders = ["content-type": "application/x-www-form-urlencoded"]
            _ = try await transport.send(
                HTTPRequest("POST", "\(url)/application/o/token/", headers: headers, body: Array(body.utf8))
            )
            #expect(try await events(target).count == before.count + 1)
        }
    }

    // MARK: - Symptoms

    struct Symptom: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var release = Sandbox.Release.december2025
        /// What else the file has to say of the service.
        var fields = ""
        var reasons: [String]
        /// What is said of it.
        var text: String
        var spoil: @Sendable (Target) async throws -> Void
    }

    /// As the homelab's documentation lists them.
    static let symptoms: [Symptom] = [
        Symptom(
            testDescription: "redirect URI mismatch: the port",
            reasons: ["RedirectURIMismatch"],
            text: "it has 'https://host.example.net/login/generic_oauth': port '443' instead of '8444'"
        ) { target in
            let uris: JSONValue = [["matching_mode": "strict", "url": "https://host.example.net/login/generic_oauth"]]
            try await target.admin.changeProvider("grafana", ["redirect_uris": uris])
        },
        Symptom(
            testDescription: "redirect URI mismatch: the scheme and the path",
            reasons: ["RedirectURIMismatch"],
            text: "scheme 'http' instead of 'https', path '/login' instead of '/login/generic_oauth'"
        ) { target in
            let uris: JSONValue = [["matching_mode": "strict", "url": "http://host.example.net:8444/login"]]
            try await target.admin.changeProvider("grafana", ["redirect_uris": uris])
        },
        Symptom(
            testDescription: "no redirect URI, so that the first that comes is taken",
            reasons: ["RedirectURIMismatch"],
            text: "would accept the first one that any client sends"
        ) { try await $0.admin.changeProvider("grafana", ["redirect_uris": []]) },
        Symptom(
            testDescription: "Invalid client: the secret",
            reasons: ["SecretMismatch"],
            text: "Authentik has a different client secret than env GRAFANA_OAUTH_CLIENT_SECRET"
        ) { try await $0.admin.changeProvider("grafana", ["client_secret": "another"]) },
        Symptom(
            testDescription: "Invalid client: the client id",
            reasons: ["ClientMismatch"],
            text: "the client id is 'another' in Authentik and 'grafana' in the file"
        ) { try await $0.admin.changeProvider("grafana", ["client_id": "another"]) },
        Symptom(
            testDescription: "403 insufficient_scope on userinfo",
            reasons: ["ScopesMissing"],
            text: "the scopes 'openid', 'email', 'profile' are not offered (offered: openid)"
        ) { try await $0.admin.changeProvider("grafana", ["property_mappings": []]) },
        Symptom(
            testDescription: "unexpected algorithm HS256",
            reasons: ["AlgorithmMismatch", "KeyMismatch"],
            text:
                "tokens are signed with HS256; expected RS256 with the key 'authentik Self-signed Certificate'"
        ) { try await $0.admin.changeProvider("grafana", ["signing_key": nil]) },
        Symptom(
            testDescription: "discovery 404: no provider",
            reasons: ["DiscoveryNotFound"],
            text: "returned 404: the application 'grafana' does not exist in Authentik, or has no provider"
        ) { try await $0.admin.deleteProvider("grafana") },
        Symptom(
            testDescription: "discovery 404: the provider is not linked",
            reasons: ["DiscoveryNotFound"],
            text: "returned 404: "
        ) { try await $0.admin.changeApplication("grafana", ["provider": nil]) },
        Symptom(
            testDescription: "discovery 404: no application",
            reasons: ["DiscoveryNotFound"],
            text: "returned 404: "
        ) { try await $0.admin.deleteApplication("grafana") },
        Symptom(
            testDescription: "another issuer",
            reasons: ["IssuerMismatch"],
            text: "path '/' instead of '/application/o/grafana/'"
        ) { try await $0.admin.changeProvider("grafana", ["issuer_mode": "global"]) },
        Symptom(
            testDescription: "a login that the provider does not grant",
            release: .august2026,
            fields: "grantTypes: [authorization_code, refresh_token]",
            reasons: ["LoginRefused"],
            text: "a login ends with 'invalid_request'"
        ) { try await $0.admin.changeProvider("grafana", ["grant_types": ["client_credentials"]]) },
    ]

    @Test(arguments: symptoms)
    func `a symptom is seen, corrected by a pass, and proved to be gone`(_ symptom: Symptom) async throws {
        try await withService(symptom.release, fields: symptom.fields) { target, file in
            #expect(try await verify(target, file).status == 0)
            try await symptom.spoil(target)
            let seen = try await verify(target, file)
            #expect(seen.status == 1)
            #expect(reasons(seen.json) == symptom.reasons)
            let text = try await target.run("verify", "--config", file)
            #expect(text.status == 1 && text.output.contains("\(symptom.reasons.first ?? ""): "), "\(text.output)")
            #expect(text.output.contains(symptom.text), "\(text.output)")
            #expect(text.output.contains("-> "))
            #expect(text.output.contains("Verification: 1 failed. "))
            let markdown = try await target.run("verify", "--config", file, "--output", "markdown")
            #expect(markdown.output.hasPrefix("### Verification: 1 failed\n"), "\(markdown.output)")
            #expect(markdown.output.contains("- `grafana`: failed\n  - **\(symptom.reasons.first ?? "")** "))

            let corrected = try await target.run("--once", "--verify", "--config", file)
            #expect(corrected.status == 0, "\(corrected.output)\(corrected.errors)")
            #expect(
                corrected.output.contains("\n\n  Service  Login     Seen\n  grafana  verified  discovery, "),
                "\(corrected.output)"
            )
            #expect(try await verify(target, file).status == 0)
        }
    }

    @Test func `a secret that changed at its source is not Authentik's, until a pass patches it`() async throws {
        try await withService { target, file in
            var target = target
            target.environment["GRAFANA_OAUTH_CLIENT_SECRET"] = "r0t4t3d-s3cr3t"
            let seen = try await verify(target, file)
            #expect(seen.status == 1 && reasons(seen.json) == ["SecretMismatch"])
            let corrected = try await target.run("--once", "--verify", "--config", file)
            #expect(corrected.status == 0, "\(corrected.output)")
            #expect(!corrected.output.contains("r0t4t3d-s3cr3t"))
            target.environment["GRAFANA_OAUTH_CLIENT_SECRET"] = nil
            let missing = try await verify(target, file)
            #expect(missing.status == 1 && reasons(missing.json) == ["SecretUnavailable"])
        }
    }

    @Test func `502 is waited for, and nobody is asked any more`() async throws {
        try await withService(more: Self.others) { target, file in
            target.sandbox.faults.set(.init(rules: [try .init(parsing: "unavailable=502,path=/application/")]))
            target.sandbox.resetRequests()
            let seen = try await verify(target, file)
            #expect(seen.status == 1)
            #expect(Set(reasons(seen.json)) == ["Unavailable"])
            #expect(seen.json["stopped"]?.string?.hasSuffix(" answers 502") == true)
            #expect(target.sandbox.requests.count { $0.path.hasPrefix("/application/") } <= 2)
            let text = try await target.run("verify", "--config", file)
            #expect(text.output.contains("\n\nThe probes ended early: "), "\(text.output)")

            // A pass does not ask there: it is as it was, and only the proof is not to be had.
            let once = try await target.run("--once", "--verify", "--config", file, "--output", "json")
            #expect(once.status == 1)
            let report = try JSONValue(parsing: Array(once.output.utf8))
            #expect(report["isConverged"] == true && report["verification"]?["isVerified"] == false)
            #expect(try schemaMistakes(report, "report") == [])
            let plain = try await target.run("--once", "--config", file)
            #expect(plain.status == 0)

            target.sandbox.faults.set(.init(rules: []))
            #expect(try await verify(target, file).status == 0)
        }
    }

    @Test func `a service whose button is not shown, or that uses an old client, is told of`() async throws {
        let client = Mutex("grafana")
        let address = Mutex("")
        let site = try CannedServer { _ in
            let (client, address) = (client.withLock { $0 }, address.withLock { $0 })
            guard !client.isEmpty else { return .html(200, "no button") }
            let uri = "https%3A%2F%2Fhost.example.net%3A8444%2Flogin%2Fgeneric_oauth"
            let location = "\(address)/application/o/authorize/?client_id=\(client)&redirect_uri=\(uri)"
            return .html(302, "", [("location", location)])
        }
        try await withService(fields: "loginURL: \(site.url)/login/generic_oauth") { target, file in
            address.withLock { $0 = target.environment["AUTHENTIK_URL"] ?? "" }
            #expect(try await verify(target, file).status == 0)
            client.withLock { $0 = "old" }
            let old = try await verify(target, file)
            #expect(old.status == 1 && reasons(old.json) == ["ClientMismatch"])
            client.withLock { $0 = "" }
            let text = try await target.run("verify", "--config", file)
            #expect(text.status == 1 && text.output.contains("LoginNotOffered: "), "\(text.output)")
            #expect(text.output.contains("'reconcile client-config grafana --for TOOL' prints what it needs"))
            // No pass can correct it.
            #expect(try await target.run("--once", "--verify", "--config", file).status == 1)
            client.withLock { $0 = "grafana" }
            #expect(try await target.run("--once", "--verify", "--config", file).status == 0)
        }
    }

    @Test func `a pattern is probed by its example, or it is said that it is not`() async throws {
        @Sendable func pattern(_ example: String) -> String {
            #"redirectURIs: [{url: 'https://[a-z]+\.example\.net/cb', matching: regex\#(example)}]"#
        }
        let wiki = { (example: String) in
            """
              - slug: wiki
                host: wiki.example.net
                \(pattern(example))
                secretRef: {env: ARGOCD_OIDC_CLIENT_SECRET}
            """
        }
        try await withService(more: wiki("")) { target, file in
            let without = try await target.run("verify", "--config", file, "--only", "wiki")
            #expect(without.status == 0, "\(without.output)")
            #expect(
                without.output.contains(
                    "login not tried: its redirect URIs are patterns; give one of them an 'example' in the file"
                ),
                "\(without.output)"
            )
            #expect(without.output.contains(". 3 probes in "))

            let text = try String(contentsOfFile: file, encoding: .utf8)
            let changed = text.replacing(pattern(""), with: pattern(", example: 'https://a.example.net/cb'"))
            try Data(changed.utf8).write(to: URL(filePath: file))
            // Authentik does not have it, so that nothing is to be changed there.
            let plan = try await target.run("plan", "--config", file)
            #expect(plan.status == 0, "\(plan.output)")
            target.sandbox.resetRequests()
            let with = try await target.run("verify", "--config", file, "--only", "wiki")
            #expect(with.status == 0 && with.output.contains("keys, login, secret"), "\(with.output)")
            #expect(!with.output.contains("not tried"))
            let login = try #require(target.sandbox.requests.first { $0.path.contains("/authorize/") })
            #expect(login.path.contains("redirect_uri=https%3A%2F%2Fa.example.net%2Fcb"))
            let uris = try await target.admin.provider("wiki")["redirect_uris"]
            #expect(uris?.array?.map { $0["url"] } == [#"https://[a-z]+\.example\.net/cb"#])

            let other: JSONValue = [["matching_mode": "regex", "url": #"https://b\.example\.net/cb"#]]
            try await target.admin.changeProvider("wiki", ["redirect_uris": other])
            let seen = try await target.run("verify", "--config", file, "--only", "wiki")
            #expect(seen.status == 1 && seen.output.contains("RedirectURIMismatch: "), "\(seen.output)")
            #expect(seen.output.contains(#"its pattern 'https://b\.example\.net/cb' does not match"#))
            #expect(try await target.run("--once", "--verify", "--config", file).status == 0)
        }
    }

    @Test func `a login that is looked at from outside is written as loginURL`() async throws {
        try await withService { target, file in
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let written = text.replacing("    port: 8444\n", with: "    port: 8444\n    check: {path: /login}\n")
            try Data(written.utf8).write(to: URL(filePath: file))
            let wrong = try await target.run("validate", "--config", file)
            #expect(wrong.status == 65)
            #expect(wrong.errors.contains("write it as 'loginURL: /login'"), "\(wrong.errors)\(wrong.output)")
        }
    }

    @Test func `what Argo CD lacks after a login is told with its configuration`() async throws {
        let result = try await Command(
            ["client-config", "argocd", "--for", "argocd", "--config", homelab, "--url", "https://sso.example.net"]
        ).run()
        #expect(result.status == 0)
        #expect(result.output.contains("policy.csv") && result.output.contains("argocd-rbac-cm"), "\(result.output)")
    }

    // MARK: - After a pass

    @Test func `equal and unverified is not in sync`() async throws {
        try await withService { target, file in
            // What the API tells is right; what the outside sees is not.
            target.sandbox.faults.set(
                .init(rules: [try .init(parsing: "html=404,path=/application/o/grafana/.well-known/")])
            )
            let plain = try await target.run("--once", "--config", file)
            #expect(plain.status == 0)
            let result = try await target.run("--once", "--verify", "--config", file)
            #expect(result.status == 1)
            #expect(result.output.contains("1 service: 1 in sync"), "\(result.output)")
            #expect(result.output.contains("\n  grafana  failed  DiscoveryNotFound: "), "\(result.output)")
            let json = try await target.run("--once", "--verify", "--config", file, "--output", "json")
            let report = try JSONValue(parsing: Array(json.output.utf8))
            #expect(try schemaMistakes(report, "report") == [])
            #expect(reasons(report["verification"]) == ["DiscoveryNotFound"])
        }
    }

    @Test func `a service behind an outpost is verified by its ping`() async throws {
        let wiki = """
              - slug: wiki
                name: Wiki
                port: 8448
                forwardAuth: {}
            """
        try await withService(more: wiki) { target, file in
            // In this run all hosts are the sandbox's.
            let own = try await target.run("--once", "--verify", "--sandbox", "--config", file)
            #expect(own.status == 0, "\(own.output)\(own.errors)")
            #expect(own.output.contains("\n  wiki     verified  outpost\n"), "\(own.output)")
            // Here nobody is at host.example.net.
            let seen = try await verify(target, file)
            #expect(seen.status == 1 && reasons(seen.json) == ["Unreachable"])
            #expect(seen.json["stopped"] == nil)
            #expect(seen.json["summary"]?["verified"] == 1)
        }
    }

    @Test func `there is help, and what makes no sense is usage`() async throws {
        let help = try await Command(["verify", "--help"]).run()
        #expect(help.status == 0)
        #expect(help.output.contains("prompt=none") && help.output.contains("--only <slug>"))
        for arguments in [["verify", "--sandbox", "--config", homelab], ["--verify", "--config", homelab]] {
            let wrong = try await Command(arguments, environment: secrets).run()
            #expect(wrong.status == 64, "\(arguments)")
        }
        let impatient = try await Command(["verify", "--config", homelab, "--slow-seconds", "0"]).run()
        #expect(impatient.status == 64 && impatient.errors.contains("--slow-seconds must be from 1 to 3600"))
        let nobody = try await Command(
            ["verify", "--config", homelab, "--timeout-seconds", "1"],
            environment: ["AUTHENTIK_URL": "http://127.0.0.1:1", "AUTHENTIK_TOKEN": token].merging(secrets) { $1 }
        ).run()
        #expect(nobody.status == 69 && nobody.output == "", "\(nobody.errors)")
    }
}
