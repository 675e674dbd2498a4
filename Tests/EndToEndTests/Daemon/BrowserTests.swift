import Foundation
import JSON
import TestSupport
import Testing

/// The status page as a browser shows it, of a daemon in each state that it can be in.
@Suite(.enabled(if: Browser.isInstalled, Browser.advice), .timeLimit(.minutes(60))) struct BrowserTests {
    @Test func `in sync`() async throws {
        try await withWorkplace { workplace in
            try workplace.write(Workplace.services + Self.bookmarks)
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true && $0["passes"]?["next"] != nil }
            try await expectPage(
                daemon,
                "in-sync",
                ["In sync All 11 services are in sync.", "11 services", "In sync 11", "grafana Grafana in sync"]
            )
        }
    }

    @Test func `drifted, in conflicting changes`() async throws {
        try await withWorkplace { workplace in
            // It looks at the audit log before each pass, and hardly ever in between.
            let daemon = try workplace.daemon("--audit-seconds", "3600")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            for _ in 0..<4 {
                try await workplace.admin.changeApplication("grafana", ["group": "Elsewhere"])
                try await daemon.pass()
            }
            let status = try await daemon.status()
            #expect(status.service("grafana")?["state"] == "drifted")
            let reason = try #require(status.service("grafana")?["reason"]?.string)
            try await expectPage(
                daemon,
                "drifted",
                [
                    "Out of sync 1 of 2 services out of sync: 1 drifted.", "1 with conflicting changes",
                    "Out of sync 1",
                    "grafana Grafana drifted \(reason)",
                    "Conflicting changes Somebody keeps changing group", "Corrected 3 times so far", "What to do",
                    "Differences group Elsewhere Apps", "akadmin",
                ]
            )
        }
    }

    @Test func `failed`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try workplace.write(Workplace.services.replacing("/login/generic_oauth", with: "/login/elsewhere"))
            try workplace.set("html=400,method=PATCH,path=/api/v3/providers/oauth2/")
            try await daemon.pass()
            let service = try #require(try await daemon.status().service("grafana"))
            #expect(service["state"] == "failed")
            try await expectPage(
                daemon,
                "failed",
                [
                    "Out of sync 1 of 2 services out of sync: 1 failed.", "grafana Grafana failed",
                    "answered 400 with 'text/html' instead of JSON", "Error PATCH",
                    "https://sso.example.net:8444/login/elsewhere",
                ]
            )
        }
    }

    @Test func `blocked`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try FileManager.default.removeItem(at: workplace.secretFile)
            try await daemon.pass()
            let service = try #require(try await daemon.status().service("grafana"))
            #expect(service["state"] == "blocked")
            try await expectPage(
                daemon,
                "blocked",
                [
                    "Out of sync 1 of 2 services out of sync: 1 blocked.", "grafana Grafana blocked",
                    try #require(service["reason"]?.string), "SecretResolved False",
                ]
            )
        }
    }

    @Test func `with an invalid file`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try workplace.write(Workplace.services.replacing("redirectPath:", with: "redirectpath:"))
            try await daemon.status("invalid") { $0["state"] == "invalid-file" && $0["passes"]?["running"] == nil }
            try await expectPage(
                daemon,
                "invalid-file",
                [
                    "The file is invalid The file has 1 error; the version of", "Errors in the file",
                    "services.yaml:9:5", "redirectpath", "Did you mean 'redirectPath'?",
                    "Valid no; the last valid version stays in force",
                ]
            )
        }
    }

    @Test func `without Authentik`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try workplace.set("unavailable=503,retry-after=0")
            #expect(try await daemon.pass()["pass"]?["result"] == "failed")
            try await expectPage(
                daemon,
                "unreachable",
                ["Authentik is unreachable", "503", "Last success", "Reachable no,", "grafana Grafana in sync"]
            )
        }
    }

    @Test func `with names that would be markup`() async throws {
        try await withWorkplace { workplace in
            let script = "<script>alert(1)</script>"
            let image = "</script></style></title><img src=x onerror=alert(2)>"
            try workplace.write(Self.hostile(script, image))
            let daemon = try workplace.daemon("--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            try await workplace.admin.changeApplication("grafana", ["meta_description": .string("drifted \(image)")])
            try await daemon.pass()
            let (scripted, plain) = try await expectPage(
                daemon,
                "hostile",
                ["In sync", "grafana \(script) in sync", "drifted \(image)"]
            )
            for visit in [scripted, plain] {
                #expect(visit.count("script") == 1)
                #expect(visit.count("img") == 0)
                #expect(visit.dom.ranges(of: "onerror=").count == visit.dom.ranges(of: "&lt;img src=x onerror=").count)
            }
        }
    }

    @Test func `what a page does wrong is seen`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "mistaken-\(UUID().uuidString).html")
        defer { try? FileManager.default.removeItem(at: file) }
        let page = """
            <!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>x</title>
            <p>before</p><script>document.body.append("after")</script>
            """
        try Data(page.utf8).write(to: file)
        let visit = try await Browser.visit(file.absoluteString)
        #expect(visit.text == "before")
        #expect(visit.console.contains { $0.contains("Content Security Policy") }, "\(visit.console)")
    }

    // MARK: - Files

    /// So many that the page has a filter.
    private static let bookmarks = ["budget", "calendar", "chat", "files", "mail", "music", "photos", "tasks", "wiki"]
        .map { "  - slug: \($0)\n    name: \($0.capitalized)\n    launchURL: https://\($0).example.net\n" }.joined()

    private static func hostile(_ script: String, _ image: String) -> String {
        """
        apiVersion: reconcile/v1
        owner: homelab
        host: sso.example.net
        services:
          - slug: grafana
            name: "\(script)"
            group: "\(image)"
            description: "\(script)\(image)"
            publisher: "\(script)"
            launchURL: https://docs.example.net/?'onmouseover='alert(3)

        """
    }

    // MARK: - What is expected

    /// The page says what it should, with its script and without, and neither fails nor is refused anything.
    @discardableResult
    private func expectPage(
        _ daemon: DaemonProcess,
        _ name: String,
        _ expected: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> (scripted: Browser.Visit, plain: Browser.Visit) {
        let url = try await daemon.url() + "/"
        let scripted = try await Browser.visit(url)
        let plain = try await Browser.visitWithoutScripts(url)
        for (visit, how) in [(scripted, "with its script"), (plain, "without its script")] {
            let text = visit.text
            for words in expected {
                #expect(text.contains(words), "\(how), '\(words)' is not in: \(text)", sourceLocation: sourceLocation)
            }
            #expect(visit.console == [], "\(how)", sourceLocation: sourceLocation)
        }
        // The script tells moments as distances.
        #expect(scripted.text.contains(#/\d (s|min) ago|just now/#), "\(scripted.text)", sourceLocation: sourceLocation)
        #expect(!plain.text.contains(" ago"), sourceLocation: sourceLocation)
        #expect(plain.text.contains(#/since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/#), sourceLocation: sourceLocation)
        try await draw(url, name)
        return (scripted, plain)
    }

    /// Draws the page, and its first service opened, for a person to look at, if asked to.
    private func draw(_ url: String, _ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["RECONCILE_SCREENSHOTS"] else { return }
        for (device, width, height) in [("phone", 390, 1000), ("desktop", 1200, 900)] {
            for (part, fragment) in [("top", ""), ("service", "#service-grafana")] {
                for (scheme, isDark) in [("light", false), ("dark", true)] {
                    let file = URL(filePath: folder).appending(path: "\(name)-\(part)-\(device)-\(scheme).png")
                    try await Browser.draw(url + fragment, into: file, width: width, height: height, isDark: isDark)
                }
            }
        }
    }
}
