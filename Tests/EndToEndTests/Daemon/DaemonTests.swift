import AuthentikSandbox
import Foundation
import JSON
import Subprocess
import TestSupport
import Testing

/// How a daemon begins and ends, and what it does without.
@Suite(.timeLimit(.minutes(60))) struct DaemonTests {
    @Test func `the write in flight may finish, and no other begins`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try workplace.set("latency=1s,method=PATCH")
            workplace.sandbox.resetRequests()
            // Two writes for one service, one after the other.
            try workplace.write(
                Workplace.services.replacing("group: Apps", with: "group: Other")
                    .replacing("/login/generic_oauth", with: "/login")
            )
            try await daemon.eventually("the pass is past its reads") {
                workplace.sandbox.requests.contains { $0.path.contains("/providers/oauth2/") } ? true : nil
            }
            daemon.send(.terminate)
            try await daemon.eventually("it ends") { daemon.line("ending") }
            let before = workplace.sandbox.requests.count(where: \.isWrite)
            #expect(try await daemon.exit() == 0)
            #expect(workplace.sandbox.requests.count(where: \.isWrite) <= before + 1)
        }
    }

    @Test func `it ends whatever Authentik does, and says what was left`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try workplace.set("latency=60s,method=PATCH")
            workplace.sandbox.resetRequests()
            try workplace.write(Workplace.services.replacing("group: Apps", with: "group: Other"))
            try await daemon.eventually("the pass is past its reads") {
                workplace.sandbox.requests.contains { $0.path.contains("/providers/oauth2/") } ? true : nil
            }
            #expect(try await daemon.end(.interrupt) == 0)
        }
    }

    @Test func `a second signal ends it at once`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try workplace.set("latency=60s,method=PATCH")
            workplace.sandbox.resetRequests()
            try workplace.write(Workplace.services.replacing("group: Apps", with: "group: Other"))
            try await daemon.eventually("the pass is past its reads") {
                workplace.sandbox.requests.contains { $0.path.contains("/providers/oauth2/") } ? true : nil
            }
            daemon.send(.terminate)
            try await daemon.eventually("it ends") { daemon.line("ending") }
            daemon.send(.terminate)
            // 128 and the signal's number, unless the write was not in flight yet: then the first was enough.
            #expect([143, 0].contains(try await daemon.exit()))
        }
    }

    @Test func `a folder that is mounted and updated as a ConfigMap is`() async throws {
        try await withWorkplace { workplace in
            let mount = workplace.folder.appending(path: "mount")
            func put(_ version: String, _ files: [String: String]) throws {
                let data = mount.appending(path: version)
                try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
                for (name, text) in files {
                    try Data(text.utf8).write(to: data.appending(path: name))
                    _ = symlink("..data/\(name)", mount.appending(path: name).path)
                }
                let new = mount.appending(path: "..data_tmp").path
                #expect(symlink(version, new) == 0)
                #expect(rename(new, mount.appending(path: "..data").path) == 0)
            }
            let head = "apiVersion: reconcile/v1\nowner: homelab\nservices:\n"
            let docs = head + "  - {slug: docs, launchURL: \"https://docs.example.net\"}\n"
            let wiki = head + "  - {slug: wiki, launchURL: \"https://wiki.example.net\"}\n"
            try put("..1", ["docs.yaml": docs])
            let daemon = try DaemonProcess(
                ["--config", mount.path, "--token-file", workplace.tokenFile.path, "--audit-seconds", "0"],
                environment: ["AUTHENTIK_URL": workplace.address]
            )
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try put("..2", ["docs.yaml": docs, "wiki.yaml": wiki])
            let status = try await daemon.status("both are there") {
                $0["isInSync"] == true && $0["passes"]?["lastAttempt"]?["triggers"] == ["file"]
            }
            #expect(status["totals"]?["services"] == 2)
            #expect(status["authentik"]?["isAuditLogWatched"] == false)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `an account that may not see the audit log does without`() async throws {
        try await withWorkplace { workplace in
            let token = try await workplace.admin.makeServiceAccount("daemon", permissions: Admin.passPermissions)
            try Data(token.utf8).write(to: workplace.tokenFile)
            let daemon = try workplace.daemon()
            let status = try await daemon.status("in sync") { $0["isInSync"] == true }
            #expect(status["authentik"]?["isAuditLogWatched"] == false)
            let line = try #require(daemon.line("cannot watch the audit log"))
            #expect(line["error"]?.string?.contains("authentik_events.view_event") == true)
            #expect(line["level"] == "notice")
            try await daemon.pass()
            #expect(daemon.log.count { $0["message"] == line["message"] } == 1)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `the status is the same at a terminal`() async throws {
        try await withWorkplace { workplace in
            let port = try ReservedPort()
            defer { withExtendedLifetime(port) {} }
            let daemon = try workplace.daemon("--listen", "127.0.0.1:\(port.number)")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let url = try await daemon.url()
            let good = try await Command(["status", "--url", url, "--verbose"]).run()
            #expect(good.status == 0)
            #expect(good.output.contains("In sync for "))
            #expect(good.output.contains("= grafana  in sync  as declared"))
            let json = try await Command(["status", "--output", "json"], environment: ["RECONCILE_STATUS_URL": url])
                .run()
            #expect(json.status == 0)
            #expect(try schemaMistakes(JSONValue(parsing: Array(json.output.utf8)), "status") == [])
            try FileManager.default.removeItem(at: workplace.secretFile)
            try await daemon.status("blocked") { $0["isInSync"] == false }
            let bad = try await Command(["status", "--url", url]).run()
            #expect(bad.status == 1)
            #expect(bad.output.contains("! grafana  blocked  the secret (file "))
            #expect(!bad.output.contains("= docs"))
            #expect(try await daemon.end() == 0)
            let gone = try await Command(["status", "--url", url]).run()
            #expect(gone.status == 69)
            #expect(gone.errors.contains("the daemon does not answer"))
        }
    }

    @Test(arguments: [
        (["--interval-seconds", "0"], "--interval-seconds must be from 1 to 86400"),
        (["--listen", "here"], "invalid listen address 'here'; expected HOST:PORT, :PORT or PORT"),
        (["--only", "grafana"], "--only is for single passes; add --once"),
        (["--allow-deletions", "3"], "--allow-deletions is for single passes"),
        (["--trigger-token-file", "/nowhere"], "cannot read the trigger token file '/nowhere'"),
        (["--log-level", "loud"], "loud"),
        (["--concurrency", "0"], "--concurrency must be from 1 to 64"),
    ])
    func `what cannot be is refused`(_ arguments: [String], _ message: String) async throws {
        let result = try await Command(["--sandbox", "--config", homelab] + arguments).run()
        #expect(result.status == 64)
        #expect(result.errors.contains(message))
    }

    @Test func `it does not begin with a file that has mistakes, or where somebody else listens`() async throws {
        let missing = try await Command(["--sandbox", "--config", "/nowhere.yaml"]).run()
        #expect(missing.status == 65)
        #expect(missing.errors.contains("/nowhere.yaml: error: cannot read the file"))
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            let address = try await daemon.url().replacing("http://", with: "")
            let other = try await Command(["--sandbox", "--config", homelab, "--listen", address]).run()
            #expect(other.status == 1)
            #expect(other.errors.contains("the status server cannot listen on \(address): Address already in use"))
            #expect(try await daemon.end() == 0)
        }
    }
}
