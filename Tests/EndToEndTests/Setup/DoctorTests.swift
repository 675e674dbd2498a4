import AuthentikSandbox
import Foundation
import JSON
import KubernetesSupport
import TestSupport
import Testing

/// What `reconcile doctor` finds, and says to do.
@Suite(.timeLimit(.minutes(60))) struct DoctorTests {
    private func doctor(_ arguments: [String], _ environment: [String: String]) async throws -> Command.Result {
        try await Command(["doctor"] + arguments, environment: environment).run()
    }

    @Test func `each permission that is missing is named, with what it is for`() async throws {
        try await withWorkplace { workplace in
            let kept = Admin.passPermissions.filter { $0 != "authentik_core.add_application" }
            let token = try await workplace.admin.makeServiceAccount("limited", permissions: kept)
            let result = try await doctor([], ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token])
            #expect(result.status == 1)
            #expect(
                result.output.contains(
                    "x permission  authentik_core.add_application is missing: to create applications\n"
                )
            )
            #expect(result.output.contains("\n              → grant it to a role of 'limited'; "))
            #expect(result.output.contains("! permission  authentik_events.view_event is missing"))
            #expect(!result.output.contains("add_oauth2provider"))
            #expect(result.output.contains("1 problem, "))
        }
    }

    @Test func `what to do about many missing permissions is said once`() async throws {
        try await withWorkplace { workplace in
            let kept = Admin.passPermissions.filter { !$0.contains("add_") }
            let token = try await workplace.admin.makeServiceAccount("limited", permissions: kept)
            let result = try await doctor([], ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token])
            let lines = result.output.split(separator: "\n")
            #expect(lines.count { $0.hasPrefix("x permission  ") } > 1, "\(result.output)")
            #expect(lines.count { $0.contains("→ grant it to a role") } == 1, "\(result.output)")
        }
    }

    @Test func `permissions that nothing uses are named, with the command that takes them away`() async throws {
        try await withWorkplace { workplace in
            let admin = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            let token = try await Command(["bootstrap", "--account", "few"], environment: admin).run().output
                .trimmingCharacters(in: .newlines)
            let account = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token]
            let before = try await doctor([], account)
            #expect(before.output.contains("= permissions  17 of 17, everything that a pass needs\n"))
            #expect(before.output.hasSuffix("Nothing is wrong.\n"))

            let role = try #require(try await workplace.admin.list("rbac/roles/?name=few").first?["pk"]?.string)
            try await workplace.admin.send(
                "POST",
                "rbac/permissions/assigned_by_roles/\(role)/assign/",
                ["permissions": ["authentik_core.delete_user", "authentik_core.view_group"]]
            )
            // Without a file nobody knows whether it has groups, or access.
            let unsure = try await doctor([], account)
            #expect(unsure.output.contains("a leaked token could use them: authentik_core.delete_user\n"))
            #expect(!unsure.output.contains("view_group"))
            let surplus = try await doctor(["--config", workplace.file.path], account)
            #expect(surplus.status == 0)
            let names = "authentik_core.delete_user, authentik_core.view_group"
            #expect(surplus.output.contains("! permissions  2 of the role 'few' are not needed"))
            #expect(surplus.output.contains(": \(names)\n"))
            #expect(
                surplus.output.contains("run with an administrator's token: reconcile bootstrap --trim --account few\n")
            )

            let untouched = try await Command(["bootstrap", "--account", "few"], environment: admin).run()
            #expect(untouched.errors.contains("warning: the role has 2 permissions that are not needed: \(names); "))
            #expect(untouched.errors.contains(": reconcile bootstrap --trim --account few\n"))
            let trimmed = try await Command(["bootstrap", "--trim", "--account", "few"], environment: admin).run()
            #expect(trimmed.status == 0)
            #expect(trimmed.errors == "removed permissions that are not needed from the role: \(names)\n")
            #expect(try await doctor([], account).output == before.output)
        }
    }

    @Test func `a name that Authentik lacks is a problem, with the one that is meant`() async throws {
        try await withWorkplace { workplace in
            try workplace.write(
                Workplace.services.replacing(
                    "    secretRef: {file: SECRET}",
                    with: """
                            secretRef: {file: SECRET}
                            scopes: [openid, emial, no-such-thing]
                            signingKey: authentik Self-signed Certficate
                            authorizationFlow: default-provider-authorization-explicit-concent
                        """
                )
            )
            let environment = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            let result = try await doctor(["--config", workplace.file.path], environment)
            #expect(result.status == 1)
            #expect(result.output.contains("4 problems, 1 warning."))
            let file = workplace.file.path
            let scopes =
                "; there are 'ak_proxy', 'email', 'entitlements', 'goauthentik.io/api', 'offline_access', 'openid' "
                + "and 'profile'"
            for (message, advice) in [
                (
                    "\(file):11:22: scopes: Authentik has no scope mapping 'emial', which blocks 'grafana'",
                    "did you mean 'email'?" + scopes
                ),
                (
                    "\(file):11:29: scopes: Authentik has no scope mapping 'no-such-thing', which blocks 'grafana'",
                    "correct it in the file, or create it in Authentik" + scopes
                ),
                (
                    "\(file):12:17: signingKey: Authentik has no certificate with a private key named "
                        + "'authentik Self-signed Certficate', which blocks 'grafana'",
                    "did you mean 'authentik Self-signed Certificate'?"
                ),
                (
                    "\(file):13:24: authorizationFlow: Authentik has no flow 'default-provider-authorization-explicit-concent', "
                        + "which blocks 'grafana'",
                    "did you mean 'default-provider-authorization-explicit-consent'?"
                ),
            ] {
                #expect(result.output.contains("  \(message)\n"))
                #expect(result.output.contains("→ \(advice)"))
            }
            // A plan says all of it, too, and lists the scopes once.
            let plan = try await Command(["plan", "--config", workplace.file.path], environment: environment).run()
            #expect(
                plan.output.contains(
                    """
                    scopes: Authentik has no scope mapping 'emial' (\(file):11:22); did you mean 'email'?\(scopes); \
                    also scopes: Authentik has no scope mapping 'no-such-thing' (\(file):11:29); \
                    also signingKey: Authentik has no certificate with a private key named 'authentik Self-signed \
                    Certficate' (\(file):12:17); did you mean 'authentik Self-signed Certificate'?
                    """
                )
            )
            #expect(plan.output.contains("; also authorizationFlow: Authentik has no flow"))
        }
    }

    @Test func `whom a file lets in and Authentik does not know is a problem, at its place`() async throws {
        try await withWorkplace { workplace in
            let file = workplace.file.path
            let environment = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            func declare(_ access: String) throws -> String {
                let row = "  - {slug: handbook, launchURL: 'https://handbook.example.net', access: {\(access)}}"
                try workplace.write(Workplace.services + row + "\n")
                return row
            }
            let row = try declare("groups: [authentik Admin], users: [akadmn], policies: [no-such-policy]")
            let line = Workplace.services.count { $0 == "\n" } + 1
            let result = try await doctor([file], environment)
            #expect(result.status == 1)
            #expect(result.output.contains("3 problems, "), "\(result.output)")
            let unknown = "correct it in the file, or create it in Authentik"
            for (kind, name, advice) in [
                ("group", "authentik Admin", "did you mean 'authentik Admins'?"),
                ("user", "akadmn", unknown),
                ("policy", "no-such-policy", "\(unknown); there are "),
            ] {
                let place = try #require(row.firstRange(of: name)).lowerBound
                let column = row.distance(from: row.startIndex, to: place) + 1
                let lines =
                    "x names \(file):\(line):\(column): there is no \(kind) '\(name)', which blocks 'handbook'\n → \(advice)"
                #expect(words(result.output).contains(words(lines)), "\(lines)\n\(result.output)")
            }
            // With names that Authentik has, nothing is wrong any more.
            _ = try declare("groups: [authentik Admins], users: [akadmin]")
            let corrected = try await doctor([file], environment)
            #expect(corrected.status == 0 && !corrected.output.contains("x names"), "\(corrected.output)")
        }
    }

    /// Without what aligns them.
    private func words(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    @Test func `each outpost is looked at, if the file has any`() async throws {
        try await withWorkplace { workplace in
            let environment = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            let config = ["--config", workplace.file.path]
            let without = try await doctor(config, environment)
            #expect(!without.output.contains("outpost"))
            #expect(!workplace.sandbox.requests.contains { $0.path.contains("/outposts/") })

            workplace.sandbox.change { state in
                state.addOutpost(name: "edge", providers: ["other"])
                state.addOutpost(name: "directory", type: .ldap)
                state.addOutpost(name: "late", providers: ["third"])
                let then = Date(timeIntervalSinceNow: -7200)
                state.setHealth(ofOutpost: "late", to: [OutpostInstance(hostname: "late-0", lastSeen: then)])
            }
            try workplace.write(
                Workplace.services + """
                      - {slug: a, port: 8450, forwardAuth: {}}
                      - {slug: b, port: 8451, forwardAuth: {}}
                      - {slug: c, port: 8452, forwardAuth: {outpost: edge}}
                      - {slug: d, port: 8453, forwardAuth: {outpost: edgy}}
                      - {slug: e, port: 8454, forwardAuth: {outpost: directory}}
                      - {slug: f, port: 8455, forwardAuth: {outpost: late}}

                    """
            )
            let result = try await doctor(config, environment)
            #expect(result.status == 1)
            for line in [
                "= outpost  '\(SandboxState.embeddedOutpost)', which serves 'a' and 1 more, was last seen at 20",
                "x outpost  no instance of the outpost 'edge' has connected to Authentik, "
                    + "so nobody can reach 'c'\n",
                "→ start it with Authentik's address and its own token",
                "x outpost  forwardAuth: Authentik has no outpost 'edgy', which blocks 'd'\n",
                "→ did you mean 'edge'?\n",
                "x outpost  forwardAuth: the outpost 'directory' is of the type 'ldap', and only one of the type 'proxy' "
                    + "serves forward-auth, which blocks 'e'\n",
                "x outpost  the outpost 'late' was last seen at 20",
            ] {
                #expect(words(result.output).contains(words(line)), "\(line)\n\(result.output)")
            }

            workplace.sandbox.change { $0.setHealth(ofOutpost: SandboxState.embeddedOutpost, to: []) }
            try workplace.write(Workplace.services + "  - {slug: a, port: 8450, forwardAuth: {}}\n")
            let embedded = try await doctor(config, environment)
            #expect(embedded.status == 1)
            #expect(embedded.output.contains("AUTHENTIK_OUTPOSTS__DISABLE_EMBEDDED_OUTPOST"), "\(embedded.output)")
        }
    }

    /// What forward-auth takes is missed only by a file that has it.
    @Test func `the rights for forward-auth are looked for where a file uses it`() async throws {
        try await withWorkplace { workplace in
            let admin = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            let token = try await Command(["bootstrap"], environment: admin).run().output
                .trimmingCharacters(in: .newlines)
            let account = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token]
            let config = ["--config", workplace.file.path]
            #expect(!(try await doctor(config, account)).output.contains("is missing"))
            try workplace.write(Workplace.services + "  - {slug: a, port: 8450, forwardAuth: {}}\n")
            let result = try await doctor(config, account)
            #expect(result.status == 1)
            for right in [
                "authentik_providers_proxy.add_proxyprovider is missing: to create proxy providers",
                "authentik_outposts.change_outpost is missing: to have outposts serve providers",
            ] {
                #expect(result.output.contains(right), "\(result.output)")
            }
            #expect(result.output.contains("outposts cannot be looked up: "), "\(result.output)")
            let more = try await Command(["bootstrap"] + config, environment: admin).run()
            #expect(more.status == 0)
            #expect(try await doctor(config, account).status == 0)
        }
    }

    /// A setting of the installation; what passes do does not hang on it.
    @Test(arguments: Sandbox.Release.allCases, [true, false])
    func `to whom an application without a binding is open is told`(_ release: Sandbox.Release, isOpen: Bool)
        async throws
    {
        var configuration = Sandbox.Configuration(release: release, token: Workplace.token)
        var state = SandboxState(release: release, token: Workplace.token)
        if !isOpen { state.opensWithoutBindings = false }
        configuration.state = state
        try await withSandbox(configuration: configuration) { _, url in
            let admin = try await doctor([], ["AUTHENTIK_URL": url, "AUTHENTIK_TOKEN": Workplace.token])
            let made = try await Command(
                ["bootstrap"],
                environment: ["AUTHENTIK_URL": url, "AUTHENTIK_TOKEN": Workplace.token]
            ).run().output.trimmingCharacters(in: .newlines)
            let limited = try await doctor([], ["AUTHENTIK_URL": url, "AUTHENTIK_TOKEN": made])
            #expect(limited.status == 0)
            guard release >= .may2026 else {
                #expect(!(admin.output + limited.output).contains("without a binding"))
                return
            }
            let word = isOpen ? "everybody" : "nobody"
            #expect(admin.output.contains("= access     applications without a binding are open to \(word)\n"))
            #expect(
                limited.output.contains(
                    "- access       unknown whether applications without a binding are open to everybody"
                )
            )
            #expect(limited.output.contains("Nothing is wrong"))
        }
    }

    @Test func `what may give the token away is said once, by whatever uses it`() async throws {
        try await withWorkplace { workplace in
            let open = workplace.folder.appending(path: "open")
            try Data("\(Workplace.token)\n".utf8).write(to: open)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: open.path)
            let environment = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN_FILE": open.path]
            let says = "the token file '\(open.path)' is readable by every user of this machine"
            let config = ["--config", workplace.file.path]
            for arguments in [["plan"], ["--once"], ["release"], ["export", "--all", "--owner", "x"]] {
                let options = arguments.first == "export" ? [] : config
                let result = try await Command(arguments + options, environment: environment).run()
                #expect(result.errors.components(separatedBy: says).count == 2, "\(arguments): \(result.errors)")
                #expect(!result.errors.contains(Workplace.token))
            }
            let trigger = ["--trigger-token-file", open.path]
            let checked = try await doctor(config + trigger, environment)
            #expect(checked.output.contains("  \(says)\n"))
            #expect(checked.output.contains("  the trigger token file '\(open.path)' is readable"))
            let kept = try await doctor(
                config,
                ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
            )
            #expect(!kept.output.contains("caution"))

            let daemon = try workplace.daemon("--trigger-token-file", open.path)
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(daemon.errors.components(separatedBy: "is readable by every user").count == 2)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `what stands in the way to Authentik is told apart`() async throws {
        try await withWorkplace { workplace in
            func says(_ environment: [String: String], _ subject: String, _ advice: String) async throws {
                let result = try await doctor([], environment)
                #expect(result.status == 1)
                #expect(result.output.contains("x \(subject)"))
                #expect(result.output.contains(advice))
                #expect(!result.output.contains("wr0ng"))
            }
            let token = "wr0ng-t0k3n"
            try await says([:], "settings", "no address of Authentik is given")
            try await says(["AUTHENTIK_URL": workplace.address], "settings", "no token is given")
            try await says(
                ["AUTHENTIK_URL": "http://127.0.0.1:1", "AUTHENTIK_TOKEN": token],
                "Authentik",
                "NetworkPolicy"
            )
            try await says(["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token], "token", "intent 'API'")
            let elsewhere = ["AUTHENTIK_URL": "\(workplace.address)/elsewhere", "AUTHENTIK_TOKEN": token]
            try await says(elsewhere, "Authentik", "with its path if it has one")
            try await withKubernetes { kubernetes in
                // A server with a certificate that nobody trusts.
                let environment = ["AUTHENTIK_URL": kubernetes.url, "AUTHENTIK_TOKEN": token]
                try await says(environment, "Authentik", "pass the CA's certificate with --ca-file")
                let plain = ["AUTHENTIK_URL": "http" + kubernetes.url.dropFirst(5), "AUTHENTIK_TOKEN": token]
                try await says(plain, "Authentik", "this port speaks HTTPS, not HTTP: use https:// in the address")
            }
            let tls = ["AUTHENTIK_URL": "https" + workplace.address.dropFirst(4), "AUTHENTIK_TOKEN": token]
            try await says(tls, "Authentik", "this port speaks HTTP, not HTTPS: use http:// in the address")
        }
    }

    @Test func `the file, its secrets and the rights in Kubernetes are looked at, each by itself`() async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                kubernetes.setSecret("grafana-secret", in: "monitoring", ["clientKey": "s3cr3t-0f-gr4f4n4"])
                kubernetes.rules = [
                    .reading(secrets: ["grafana-secret"], in: "monitoring"),
                    AccessRule(
                        verbs: ["get", "update"],
                        groups: ["coordination.k8s.io"],
                        resources: ["leases"],
                        namespace: "authentik",
                        resourceNames: ["reconcile"]
                    ),
                ]
                try workplace.write(
                    Workplace.services.replacing(
                        "{file: SECRET}",
                        with: "{kubernetes: {namespace: monitoring, name: grafana-secret, key: clientKey}}\n"
                            + "    restart: {deployment: grafana}"
                    )
                )
                let environment = [
                    "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token,
                    "KUBECONFIG": try kubernetes.writeKubeconfig(namespace: "authentik"),
                ]
                let arguments = ["--config", workplace.file.path, "--leader-elect"]
                let result = try await doctor(arguments, environment)
                #expect(result.status == 1)
                #expect(result.output.contains("= secrets     1 secret can be used"))
                #expect(result.output.contains("answers, and 5 of 7 permissions are granted"))
                #expect(
                    result.output.contains("it needs 'patch' on deployments.apps 'grafana' in namespace 'monitoring'")
                )
                #expect(
                    result.output.contains("it needs 'create' on leases.coordination.k8s.io in namespace 'authentik'")
                )
                #expect(!result.output.contains("s3cr3t"))

                let json = try await doctor(arguments + ["--output", "json"], environment)
                let findings = try #require(try JSONValue(parsing: Array(json.output.utf8)).array)
                #expect(findings.count { $0["verdict"] == "problem" } == 2)
                #expect(findings.allSatisfy { $0["subject"]?.string != nil && $0["message"]?.string != nil })

                try workplace.write("apiVersion: reconcile/v1\nowner: homelab\nservices:\n  - slg: x\n")
                let broken = try await doctor(arguments, environment)
                #expect(broken.output.contains("x file"))
                #expect(broken.output.contains(":4:5: service 1: unknown field 'slg'"))
                #expect(broken.output.contains("→ did you mean 'slug'?"))
            }
        }
    }
}
