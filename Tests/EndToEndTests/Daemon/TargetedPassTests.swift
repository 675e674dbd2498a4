import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// What a change costs that says which service it is about: the reading of that service, however many there are.
@Suite(.timeLimit(.minutes(60))) struct TargetedPassTests {
    private static let size = 300

    private static func slug(_ number: Int) -> String {
        "service-" + String(repeating: "0", count: 5 - String(number).count) + "\(number)"
    }

    private static func file(group: String = "Apps") -> String {
        let services = (0..<size).map { number in
            """
              - slug: \(slug(number))
                launchURL: https://\(slug(number)).example.org
                redirectURIs: [https://\(slug(number)).example.org/callback]
                clientType: public
                group: \(number == 8 ? group : "Apps")

            """
        }
        return "apiVersion: reconcile/v1\nowner: homelab\nservices:\n\(services.joined())"
    }

    /// Waits for the first pass after a moment that changes something, and says what it took.
    private func correction(
        _ daemon: DaemonProcess,
        _ title: String,
        after number: Int,
        changed: Int = 1
    ) async throws -> (pass: JSONValue, requests: Int) {
        let status = try await daemon.status(title) { status in
            let pass = status["passes"]?["lastAttempt"]
            return (pass?["number"]?.integer ?? 0) > number && (pass?["changed"]?.integer ?? 0) >= changed
        }
        let pass = try #require(status["passes"]?["lastAttempt"])
        let requests = pass["requests"]
        return (pass, (requests?["reads"]?.integer ?? 0) + (requests?["writes"]?.integer ?? 0))
    }

    /// A daemon with hundreds of services that are in sync.
    private func withHundreds(
        verifying: Bool = false,
        _ body: @escaping @Sendable (Workplace, DaemonProcess) async throws -> Void
    ) async throws {
        try await withWorkplace { workplace in
            workplace.sandbox.change { $0.addServices(Self.size) }
            try workplace.write(Self.file())
            let daemon = try workplace.daemon("--verify-seconds", verifying ? "3600" : "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            // The first pass has written to all of them; from a quiet one on, they need not be read again.
            let full = try await daemon.pass()
            #expect(full["pass"]?["scope"] == "everything")
            try await body(workplace, daemon)
        }
    }

    @Test func `one service among hundreds is corrected with a few requests`() async throws {
        try await withHundreds { workplace, daemon in
            let admin = workplace.admin
            func number() async throws -> Int {
                try await daemon.status()["passes"]?["lastAttempt"]?["number"]?.integer ?? 0
            }
            let uris: JSONValue = [["matching_mode": "strict", "url": "https://by.hand/"]]
            let changes: [(String, () async throws -> Void)] = [
                ("an application", { try await admin.changeApplication(Self.slug(1), ["group": "By hand"]) }),
                ("a provider", { try await admin.changeProvider(Self.slug(2), ["redirect_uris": uris]) }),
                ("a deleted application", { try await admin.deleteApplication(Self.slug(3)) }),
                ("a deleted provider", { try await admin.deleteProvider(Self.slug(4)) }),
                (
                    "a deleted mark",
                    {
                        let pk = try await admin.application(Self.slug(5))["pk"]?.string ?? ""
                        let mark = try await admin.list("core/application_entitlements/?app=\(pk)").first
                        let path = "core/application_entitlements/\(mark?["pbm_uuid"]?.string ?? "")/"
                        try await admin.send("DELETE", path)
                    }
                ),
                ("an edited service", { try workplace.write(Self.file(group: "Tools")) }),
            ]
            for (title, change) in changes {
                let before = try await number()
                try await change()
                let (pass, requests) = try await correction(daemon, title, after: before)
                #expect(pass["scope"] == "services", "\(title): \(pass)")
                #expect(requests < 13, "\(title): \(pass)")
                let status = try await daemon.status("\(title) is corrected") { $0["isInSync"] == true }
                #expect(status["totals"]?["services"]?.integer == Self.size)
            }
            #expect(try await admin.application(Self.slug(8))["group"] == "Tools")

            // It may be anywhere.
            let before = try await number()
            try await admin.changeApplication(Self.slug(6), ["slug": "renamed-by-hand"])
            let (renamed, _) = try await correction(daemon, "a renamed application", after: before)
            #expect(renamed["scope"] == "everything")
            #expect(try await admin.application(Self.slug(6))["pk"] != nil)

            let next = try await number()
            try await admin.changeApplication(Self.slug(7), ["group": "By hand"])
            let (drift, requests) = try await correction(daemon, "drift", after: next)
            #expect(drift["servicesRead"]?.integer ?? 9 <= 2)
            #expect(requests < 10, "\(drift)")
            let line = daemon.log.last { $0["message"] == "pass ended" && $0["services.changed"] == "1" }
            #expect(
                line?["pass.read"]?.string?.hasSuffix(drift["servicesRead"] == 1 ? "1 service" : "2 services")
                    == true
            )
            #expect(try schemaMistakes(try await daemon.status(), "status") == [])
        }
    }

    @Test(arguments: [false, true])
    func `what was deleted is made again and its login proved without a list`(withApplication: Bool) async throws {
        try await withHundreds(verifying: true) { workplace, daemon in
            func authorizations() -> [String] {
                workplace.sandbox.requests.map(\.path).filter { $0.contains("/authorize/") }
            }
            // At first all logins are proved, and the providers are listed for that.
            try await daemon.eventually("all logins are proved") { authorizations().count >= Self.size ? true : nil }
            let number = try await daemon.pass()["pass"]?["number"]?.integer ?? 0
            workplace.sandbox.resetRequests()
            if withApplication { try await workplace.admin.deleteApplication(Self.slug(4)) }
            try await workplace.admin.deleteProvider(Self.slug(4))
            let (pass, requests) = try await correction(daemon, "a deletion", after: number)
            #expect(pass["scope"] == "services", "\(pass)")
            // One more found the entry in the audit log.
            #expect(requests + 1 < 10, "\(pass)")
            try await daemon.eventually("the login is proved") {
                authorizations().contains { $0.contains("client_id=\(Self.slug(4))&") } ? true : nil
            }
            let lists = workplace.sandbox.requests.map(\.path)
                .filter { $0.contains("providers/oauth2/?") && !$0.contains("name=") }
            #expect(lists.isEmpty, "\(lists)")
        }
    }

    @Test func `fifty at once are all corrected, with fewer than ten requests each`() async throws {
        try await withHundreds { workplace, daemon in
            let before = workplace.sandbox.requests.count
            for number in 100..<150 {
                try await workplace.admin.changeApplication(Self.slug(number), ["group": "By hand"])
            }
            try await daemon.eventually("all are corrected") {
                try await daemon.metric(#"reconcile_drift_corrected_total{object="application",field="group"}"#) == 50
                    ? true : nil
            }
            let requests = workplace.sandbox.requests.count - before - 50
            #expect(requests < 500, "\(requests)")
            for number in 100..<150 {
                #expect(try await workplace.admin.application(Self.slug(number))["group"] == "Apps")
            }
        }
    }

    @Test func `a rotated secret, and who may open a service, cost their service`() async throws {
        try await withWorkplace { workplace in
            try workplace.write(
                Workplace.services.replacing(
                    "    name: Docs\n",
                    with: "    name: Docs\n    access: {groups: [admins]}\n"
                )
                .replacing("services:", with: "groups: [{name: admins}]\nservices:")
            )
            let daemon = try workplace.daemon("--verify-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            _ = try await daemon.pass()
            try Data("r0t4t3d-s3cr3t\n".utf8).write(to: workplace.secretFile, options: .atomic)
            let (rotated, _) = try await correction(daemon, "a rotated secret", after: 2)
            #expect(rotated["scope"] == "services", "\(rotated)")
            #expect(rotated["triggers"] == ["secret"])
            #expect(try await workplace.admin.provider("grafana")["client_secret"] == "r0t4t3d-s3cr3t")

            let number = rotated["number"]?.integer ?? 0
            let docs = try await workplace.admin.application("docs")["pk"]
            let bindings = try await workplace.admin.list("policies/bindings/")
            let binding = try #require(bindings.first { $0["target"] == docs }?["pk"]?.string)
            try await workplace.admin.send("DELETE", "policies/bindings/\(binding)/")
            let (bound, _) = try await correction(daemon, "a deleted binding", after: number)
            #expect(bound["scope"] == "services", "\(bound)")

            let interval = try await daemon.status()["passes"]?["interval"]
            // On a busy machine the sandbox is slow enough for a longer one.
            #expect(["default", "load"].contains(interval?["reason"]?.string), "\(String(describing: interval))")
        }
    }
}
