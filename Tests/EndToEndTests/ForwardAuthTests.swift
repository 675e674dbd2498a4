import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// Services behind an outpost, from the file to Authentik and back, by the built binary.
@Suite(.timeLimit(.minutes(60))) struct ForwardAuthTests {
    static let outposts = "outposts/instances/"
    static let proxies = "providers/proxy/"

    static let trivy = """
          - slug: trivy
            name: Trivy
            port: 8448
            forwardAuth: {skipPaths: ["^/health$", "^/metrics$"]}
        """

    @Test(arguments: Sandbox.Release.allCases)
    func `one is made in a transaction, served, corrected by one write, and pruned`(_ release: Sandbox.Release)
        async throws
    {
        try await withPlace(release) { place in
            let plan = try await place.run("plan")
            #expect(plan.status == 2)
            #expect(plan.output.contains("mode               single\n"), "\(plan.output)")
            #expect(plan.output.contains("externalHost       https://host.example.net:8448\n"))
            #expect(plan.output.contains("skipPaths          ^/health$\n"))
            #expect(plan.output.contains("outpost      outpost            authentik Embedded Outpost\n"))
            #expect(place.target.writes == [])

            let first = try await place.run("--once")
            #expect(first.status == 0, "\(first.output)\(first.errors)")
            let writes = place.target.writes
            #expect(writes.count == 3)
            #expect(writes.first == "PUT /api/v3/core/transactional/applications/")
            #expect(writes.last?.hasPrefix("PATCH /api/v3/\(Self.outposts)") == true)
            let made = try #require(try await place.proxy("trivy"))
            #expect(made["mode"] == "forward_single")
            #expect(made["skip_path_regex"] == "^/health$\n^/metrics$")
            #expect(try await place.login(of: "trivy") == "trivy")
            #expect(try await place.admin.mark(of: "trivy")?["provider"] == made["pk"])
            #expect(try await place.admin.mark(of: "trivy")?["outpost"] == (try await place.outpost()["pk"]))
            #expect(try await place.served() == ["trivy"])

            place.target.sandbox.resetRequests()
            #expect(try await place.run("--once").output.contains("1 service: 1 in sync. 11 requests, no writes"))
            #expect(place.target.writes == [])

            let path = "\(Self.proxies)\(made["pk"]?.integer ?? 0)/"
            let drift: JSONValue = [
                "mode": "proxy", "internal_host": "http://elsewhere:80", "external_host": "https://else.example.net",
                "skip_path_regex": "", "access_token_validity": "minutes=5",
            ]
            try await place.admin.send("PATCH", path, drift)
            try await place.serve([])
            place.target.sandbox.resetRequests()
            let corrected = try await place.run("--once")
            #expect(corrected.status == 0, "\(corrected.output)")
            #expect(corrected.output.contains("skipPaths"), "\(corrected.output)")
            #expect(place.target.writes.count == 2, "\(place.target.writes)")
            let after = try #require(try await place.proxy("trivy"))
            for field in ["mode", "external_host", "skip_path_regex"] { #expect(after[field] == made[field]) }
            // What the file does not set is left as it is.
            #expect(after["access_token_validity"] == "minutes=5")
            #expect(try await place.served() == ["trivy"])

            let other = "  - {slug: other, port: 8449}"
            try place.declare(other)
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.run("plan").output.contains("orphaned"))
            try place.declare(other, head: "prune: true")
            place.target.sandbox.resetRequests()
            let pruned = try await place.run("--once")
            #expect(pruned.status == 0, "\(pruned.output)")
            #expect(place.target.writes.map { $0.prefix(6) } == ["DELETE", "DELETE"])
            #expect(place.target.writes.first?.hasPrefix("DELETE /api/v3/\(Self.proxies)") == true)
            #expect(try await place.proxy("trivy") == nil)
            #expect(try await place.served() == [])
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `each mode keeps its provider when it becomes another one`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            #expect(try await place.run("--once").status == 0)
            let pk = try await place.proxy("trivy")?["pk"]
            let modes = [
                #"{mode: proxy, upstream: "https://trivy:8448", verifyUpstreamTLS: false, basicAuth: {user: u, password: p}}"#,
                "{mode: domain, cookieDomain: example.net}", "{}",
            ]
            for mode in modes {
                try place.declare("  - {slug: trivy, name: Trivy, port: 8448, forwardAuth: \(mode)}")
                place.target.sandbox.resetRequests()
                let changed = try await place.run("--once")
                #expect(changed.status == 0, "\(changed.output)")
                #expect(place.target.writes.count == 2, "\(place.target.writes)")
                #expect(try await place.run("plan").output.contains("nothing to do; 1 in sync"))
                #expect(try await place.proxy("trivy")?["pk"] == pk)
            }
            let last = try #require(try await place.proxy("trivy"))
            #expect(last["mode"] == "forward_single")
            // What the file dropped goes back to what a new one has.
            #expect(last["internal_host"] == "")
            #expect(last["internal_host_ssl_validation"] == true)
            #expect(last["cookie_domain"] == "")
            #expect(last["basic_auth_enabled"] == false)
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `one write has an outpost serve all services of a pass, and what others put there stays`(
        _ release: Sandbox.Release
    ) async throws {
        try await withPlace(release) { place in
            let other = try await place.makeProxy("others")
            try await place.serve([other])
            try place.declare(
                (1...7).map { "  - {slug: app\($0), port: 844\($0), forwardAuth: {}}" }.joined(separator: "\n")
            )
            place.target.sandbox.resetRequests()
            #expect(try await place.run("--once").status == 0)
            #expect(place.target.writes.filter { $0.contains(Self.outposts) }.count == 1)
            #expect(try await place.served() == (1...7).map { "app\($0)" } + ["others"])
        }
    }

    /// Its write comes after the look of the pass, and before the pass writes.
    @Test(arguments: Sandbox.Release.allCases)
    func `a provider that somebody adds meanwhile is served, too`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            let other = try await place.makeProxy("others")
            place.target.sandbox.faults.set(FaultPlan(rules: [FaultRule(.late(1))]))
            try? await place.serve([other])
            place.target.sandbox.faults.set(FaultPlan())
            #expect(try await place.served() == [])
            let result = try await place.run("--once")
            #expect(result.status == 0, "\(result.output)")
            #expect(try await place.served() == ["others", "trivy"])
        }
    }

    /// In the moment that no list tells of, the audit log tells who it was.
    @Test(arguments: Sandbox.Release.allCases)
    func `a change that may have been overwritten is told`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            #expect(try await place.run("--once").status == 0)
            try await place.serve([])
            let other = try await place.makeProxy("others")
            let permissions =
                ["view_outpost", "change_outpost"].map { "authentik_outposts.\($0)" }
                + ["view_proxyprovider", "view_provider"].map { "authentik_providers_proxy.\($0)" }
            let somebody = try Admin(
                baseURL: place.target.environment["AUTHENTIK_URL"] ?? "",
                token: try await place.admin.makeServiceAccount("somebody", permissions: permissions)
            )
            let path = "\(Self.outposts)\(try await place.outpost()["pk"]?.string ?? "")/"
            place.target.sandbox.faults.set(FaultPlan(rules: [FaultRule(.late(1))]))
            _ = try? await somebody.send("PATCH", path, ["providers": [other]])
            place.target.sandbox.faults.set(FaultPlan())
            let result = try await place.run("--once")
            #expect(result.status == 1)
            #expect(
                result.output.contains(
                    "'somebody' changed what the outpost 'authentik Embedded Outpost' serves at the same moment, and that change"
                ),
                "\(result.output)"
            )
            #expect(try await place.run("--once").status == 0)
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `an outpost that is not there blocks the service, and one is suggested`(_ release: Sandbox.Release)
        async throws
    {
        try await withPlace(release) { state in
            state.addOutpost(name: "edge", providers: ["other"])
            state.addOutpost(name: "directory", type: .ldap)
        } _: { place in
            try place.declare(
                """
                  - {slug: trivy, port: 8448, forwardAuth: {outpost: edgy}}
                  - {slug: wiki, port: 8449, forwardAuth: {outpost: directory}}
                  - {slug: blog, port: 8450, forwardAuth: {outpost: edge}}
                """
            )
            let result = try await place.run("--once")
            #expect(result.status == 1)
            #expect(
                result.output.contains(
                    /forwardAuth: Authentik has no outpost 'edgy' \(.*\.yaml:[0-9]+:[0-9]+\); did you mean 'edge'\?/
                ),
                "\(result.output)"
            )
            #expect(result.output.contains("the outpost 'directory' is of the type 'ldap'"))
            #expect(try await place.served(by: "edge") == ["blog", "other"])
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a service moves from one outpost to another, which has it first`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { state in
            state.addOutpost(name: "edge", providers: ["other"])
        } _: { place in
            #expect(try await place.run("--once").status == 0)
            try place.declare("  - {slug: trivy, name: Trivy, port: 8448, forwardAuth: {outpost: edge}}")
            place.target.sandbox.resetRequests()
            let moved = try await place.run("--once")
            #expect(moved.status == 0, "\(moved.output)")
            #expect(try await place.served(by: "edge") == ["other", "trivy"])
            #expect(try await place.served() == [])
            let edge = try await place.outpost("edge")["pk"]?.string ?? ""
            let writes = place.target.writes.filter { $0.contains(Self.outposts) }
            #expect(writes.first == "PATCH /api/v3/\(Self.outposts)\(edge)/")
            #expect(writes.count == 2)
            #expect(try await place.run("plan").output.contains("nothing to do; 1 in sync"))
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `an outpost is not emptied where Authentik refuses that`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { state in
            state.addOutpost(name: "edge", providers: ["other"])
        } _: { place in
            try place.declare("  - {slug: trivy, port: 8448, forwardAuth: {outpost: edge}}")
            #expect(try await place.run("--once").status == 0)
            let pk = try await place.proxy("trivy")?["pk"] ?? .null
            try await place.serve([pk], by: "edge")
            try place.declare("  - {slug: trivy, port: 8448, forwardAuth: {}}")
            let held = try await place.run("--once")
            #expect(held.status == 1)
            #expect(held.output.contains("the outpost 'edge' still serves it"), "\(held.output)")
            #expect(try await place.served() == ["trivy"])
            let other = try await place.makeProxy("another")
            try await place.serve([pk, other], by: "edge")
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.served(by: "edge") == ["another"])
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `where all leave an outpost, the oldest stays and the others go`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { state in
            state.addOutpost(name: "edge", providers: ["other"])
        } _: { place in
            func services(_ login: String) -> String {
                (0..<3).map { "  - {slug: app-\($0), port: \(8450 + $0), forwardAuth: \(login)}" }.joined(
                    separator: "\n"
                )
            }
            try place.declare(services("{outpost: edge}"))
            #expect(try await place.run("--once").status == 0)
            var pks: [JSONValue] = []
            for number in 0..<3 { pks.append(try await place.proxy("app-\(number)")?["pk"] ?? .null) }
            try await place.serve(pks, by: "edge")
            try place.declare(services("{}"))
            let moved = try await place.run("--once")
            #expect(moved.status == 1)
            #expect(moved.output.contains("the outpost 'edge' still serves it"), "\(moved.output)")
            let oldest = try #require(pks.compactMap(\.integer).min())
            let slug = "app-\(pks.compactMap(\.integer).firstIndex(of: oldest) ?? 0)"
            #expect(try await place.served(by: "edge") == [slug])
            let other = try await place.makeProxy("another")
            try await place.serve([.integer(oldest), other], by: "edge")
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.served(by: "edge") == ["another"])
            #expect(try await place.run("plan").output.contains("nothing to do; 3 in sync"))
        }
    }

    /// An outpost takes an empty pattern for one that every path matches.
    @Test(arguments: Sandbox.Release.allCases)
    func `an empty line among the paths is drift`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            #expect(try await place.run("--once").status == 0)
            let path = "\(Self.proxies)\(try await place.proxy("trivy")?["pk"]?.integer ?? 0)/"
            let open: JSONValue = ["mode": "forward_single", "skip_path_regex": "^/health$\n\n^/metrics$"]
            try await place.admin.send("PATCH", path, open)
            let plan = try await place.run("plan")
            #expect(plan.status == 2)
            #expect(plan.output.contains("- (an empty line)"), "\(plan.output)")
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.proxy("trivy")?["skip_path_regex"] == "^/health$\n^/metrics$")
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a provider that is deleted meanwhile holds up nobody else`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            let other = try await place.makeProxy("others")
            try await place.serve([other])
            place.target.sandbox.faults.set(FaultPlan(rules: [FaultRule(.late(1))]))
            _ = try? await place.admin.send("DELETE", "\(Self.proxies)\(other.integer ?? 0)/")
            place.target.sandbox.faults.set(FaultPlan())
            let result = try await place.run("--once")
            #expect(result.status == 0, "\(result.output)")
            #expect(try await place.served() == ["trivy"])
        }
    }

    /// What was kept from before is what the service has again.
    @Test(arguments: Sandbox.Release.allCases)
    func `a login that becomes what it was has its former provider back`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            let oidc = "  - {slug: trivy, name: Trivy, port: 8448, redirectPath: /cb, secretRef: {env: TRIVY_SECRET}}"
            try place.declare(oidc)
            #expect(try await place.run("--once").status == 0)
            let former = try await place.admin.application("trivy")["provider"]
            try place.declare(Self.trivy)
            #expect(try await place.run("--once").status == 0)
            try place.declare(oidc, head: "prune: true")
            let back = try await place.run("--once")
            #expect(back.status == 0, "\(back.output)")
            #expect(try await place.admin.application("trivy")["provider"] == former)
            #expect(try await place.login(of: "trivy") == "trivy")
            #expect(try await place.admin.list("providers/all/").count == 1)
            #expect(try await place.run("plan").output.contains("nothing to do; 1 in sync"))
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `who may open it is bound in the transaction that makes it`(_ release: Sandbox.Release) async throws {
        try await withPlace(release) { place in
            try place.declare(Self.trivy + "\n    access: {groups: [admins]}", head: "groups: [{name: admins}]")
            let result = try await place.run("--once")
            #expect(result.status == 0, "\(result.output)")
            let writes = place.target.writes
            #expect(writes.prefix(2) == ["POST /api/v3/core/groups/", "PUT /api/v3/core/transactional/applications/"])
            let pk = try await place.admin.application("trivy")["pk"]
            let bindings = try await place.admin.list("policies/bindings/")
            #expect(bindings.filter { $0["target"] == pk }.count == 1)
            #expect(try await place.served() == ["trivy"])
            #expect(try await place.run("plan").output.contains("nothing to do; 1 in sync"))
        }
    }

    @Test(arguments: Sandbox.Release.allCases)
    func `a login becomes another kind and back, and the old one goes with prune`(
        _ release: Sandbox.Release
    ) async throws {
        try await withPlace(release) { place in
            let bookmark = "  - {slug: trivy, name: Trivy, port: 8448}"
            let oidc = "  - {slug: trivy, name: Trivy, port: 8448, redirectPath: /cb, secretRef: {env: TRIVY_SECRET}}"
            for services in [bookmark, Self.trivy, oidc, Self.trivy] {
                try place.declare(services, head: "prune: true")
                let result = try await place.run("--once")
                #expect(result.status == 0, "\(result.output)")
                #expect(try await place.run("plan").output.contains("nothing to do; 1 in sync"))
                #expect(try await place.admin.list("providers/all/").count == (services == bookmark ? 0 : 1))
                #expect(try await place.served() == (services == Self.trivy ? ["trivy"] : []))
            }
            try place.declare(oidc)
            let plan = try await place.run("plan")
            #expect(plan.output.contains("its login becomes OpenID Connect, and was forward-auth"), "\(plan.output)")
            #expect(plan.output.contains("its former provider 'trivy (replaced)' is left alone"))
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.admin.list("providers/all/").count == 2)

            // What was kept is taken again, so there is no third one, and it has only what the file says now.
            let kept = try await place.proxy("trivy (replaced)")?["pk"]
            try place.declare("  - {slug: trivy, name: Trivy, port: 8448, forwardAuth: {}}")
            let back = try await place.run("--once")
            #expect(back.status == 0)
            #expect(back.output.contains("its login becomes forward-auth, and was OpenID Connect"), "\(back.output)")
            let proxy = try await place.proxy("trivy")
            #expect(proxy?["pk"] == kept)
            #expect(proxy?["skip_path_regex"] == "")
            #expect(try await place.served() == ["trivy"])
            #expect(try await place.admin.list("providers/all/").count == 2)
            #expect(try await place.run("plan").output.contains("nothing to do; 1 in sync"))
            try place.declare(oidc)
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.admin.list("providers/all/").count == 2)
            try place.declare("  - {slug: trivy, state: absent}")
            let absent = try await place.run("plan").output
            let json = try await place.run("plan", "--output", "json").output
            #expect(try schemaMistakes(try JSONValue(parsing: json.utf8), "plan") == [])
            #expect(
                absent.contains(
                    #/the provider 'trivy', then the provider 'trivy \(replaced.*\)', then the application/#
                )
            )

            try place.declare(oidc, head: "prune: true\nmaxDeletions: 0")
            let held = try await place.run("--once")
            #expect(held.status == 1)
            #expect(held.output.contains("held back"), "\(held.output)")
            #expect(try await place.admin.list("providers/all/").count == 2)
            try place.declare(oidc, head: "prune: true")
            #expect(try await place.run("--once").status == 0)
            #expect(try await place.admin.list("providers/all/").count == 1)
        }
    }
}
