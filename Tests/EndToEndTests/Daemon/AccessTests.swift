import Foundation
import JSON
import TestSupport
import Testing

/// Who may open services, as a daemon tells it while groups and bindings come and go.
@Suite(.timeLimit(.minutes(60))) struct AccessTests {
    /// Grafana is for the admins; of the docs nothing is said.
    private static let services = Workplace.services.replacing(
        "    name: Grafana\n",
        with: "    name: Grafana\n    access: {groups: [admins]}\n"
    )

    private func withDaemon(
        _ body: @escaping @Sendable (DaemonProcess, Workplace, Place) async throws -> Void
    ) async throws {
        try await withWorkplace { workplace in
            let place = Place(workplace)
            try await place.make("admins")
            try workplace.write(Self.services)
            // Only the audit log can be what begins the passes that are awaited.
            let daemon = try workplace.daemon("--interval-seconds", "86400")
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try await body(daemon, workplace, place)
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `a group that is deleted closes its service at once, and opens it when it is back`() async throws {
        try await withDaemon { daemon, workplace, place in
            let first = try await daemon.status()
            #expect(try schemaMistakes(first, "status") == [])
            #expect(first.condition("Access", of: "grafana")?["reason"] == "Restricted")
            #expect(first.condition("Access", of: "grafana")?["message"] == "open to group 'admins'")
            #expect(first.service("grafana")?["access"]?["subjects"] == ["group 'admins'"])
            #expect(first.condition("Access", of: "docs") == nil)
            #expect(first.condition("Exposed", of: "docs")?["status"] == "True")
            #expect(first.service("docs")?["state"] == "in-sync")
            #expect(try await daemon.metric(#"reconcile_services_by_access{access="restricted"}"#) == 1)
            #expect(try await daemon.metric("reconcile_services_exposed") == 1)
            #expect(try await daemon.get("/").contains("open to everybody"))

            try await place.delete("admins")
            let closed = try await daemon.settled("it is closed") {
                $0.condition("Access", of: "grafana")?["reason"] == "Closed"
            }
            #expect(try schemaMistakes(closed, "status") == [])
            #expect(closed["passes"]?["lastAttempt"]?["triggers"]?.array?.contains("authentik") == true)
            #expect(closed.condition("Access", of: "grafana")?["status"] == "False")
            #expect(closed.condition("Access", of: "grafana")?["message"] == "the group 'admins' is gone")
            #expect(closed.service("grafana")?["access"]?["state"] == "closed")
            let fields = closed.service("grafana")?["lastDrift"]?["changes"]?.array?.map { $0["field"]?.string }
            // The group's binding is gone with it: what is not as declared is that nobody is kept out.
            #expect(fields == ["policies"])
            #expect(closed["policies"] == [["name": "reconcile: nobody", "state": "in-sync"]])
            #expect(try await daemon.metric(#"reconcile_services_by_access{access="closed"}"#) == 1)
            let line = try #require(daemon.line("service closed to everybody"))
            #expect(line["level"] == "error" && line["service"] == "grafana")
            #expect(line["reason"] == "the group 'admins' is gone")
            #expect(daemon.line("service failed") == nil)
            #expect(try await daemon.get("/").contains("<span class=\"tone\">closed</span>"))
            let text = try await Command(["status", "--url", try await daemon.url()]).run()
            #expect(text.output.contains("x grafana  closed"), "\(text.output)")

            try await place.make("admins")
            let opened = try await daemon.settled("it is open again") { $0["isInSync"] == true }
            #expect(try schemaMistakes(opened, "status") == [])
            #expect(opened.condition("Access", of: "grafana")?["status"] == "True")
            #expect(try await daemon.metric(#"reconcile_services_by_access{access="closed"}"#) == 0)
            #expect(daemon.line("service open again")?["service"] == "grafana")
            #expect(daemon.log.count { $0["message"] == "service closed to everybody" } == 1)
        }
    }

    @Test func `who changes a binding by hand is named, and what others bind stays`() async throws {
        try await withDaemon { daemon, workplace, place in
            let binding = try #require(try await place.bindings("grafana").first)
            let pk = try #require(binding["pk"]?.string)
            try await workplace.admin.send(
                "PATCH",
                "policies/bindings/\(pk)/",
                ["target": binding["target"] ?? .null, "group": binding["group"] ?? .null, "enabled": false]
            )
            let corrected = try await daemon.settled("it is corrected") { $0.service("grafana")?["lastDrift"] != nil }
            let drift = corrected.service("grafana")?["lastDrift"]
            #expect(drift?["by"]?["username"] == "akadmin")
            #expect(drift?["changes"]?.array?.map { $0["field"] } == ["group 'admins'"])
            #expect(corrected.service("grafana")?["lastChange"]?["fields"] == ["access.group 'admins'"])
            let corrects = #"reconcile_drift_corrected_total{object="access",field="binding"}"#
            let counted: Double = try await daemon.eventually("it is counted") { try await daemon.metric(corrects) }
            #expect(counted == 1)

            // A new one, of which no pass has seen whose it is.
            try await place.make("guests")
            try await place.bind("guests", to: "grafana")
            let left = try await daemon.settled("it is seen") {
                $0.service("grafana")?["access"]?["others"] == ["group 'guests'"]
            }
            #expect(try schemaMistakes(left, "status") == [])
            #expect(left["isInSync"] == true)
            #expect(try await place.bindings("grafana").count == 2)
        }
    }
}

/// Groups and bindings, as somebody else makes and deletes them.
private struct Place: Sendable {
    let admin: Admin

    init(_ workplace: Workplace) {
        admin = workplace.admin
    }

    func make(_ group: String) async throws { try await admin.send("POST", "core/groups/", ["name": .string(group)]) }

    func delete(_ group: String) async throws { try await admin.send("DELETE", "core/groups/\(try await pk(group))/") }

    func bind(_ group: String, to slug: String) async throws {
        let target = try await admin.application(slug)["pk"] ?? .null
        try await admin.send(
            "POST",
            "policies/bindings/",
            ["target": target, "group": .string(try await pk(group)), "order": 9]
        )
    }

    func bindings(_ slug: String) async throws -> [JSONValue] {
        let target = try await admin.application(slug)["pk"]
        return try await admin.list("policies/bindings/").filter { $0["target"] == target }
    }

    private func pk(_ group: String) async throws -> String {
        try #require(try await admin.list("core/groups/?name=\(group)").first?["pk"]?.string)
    }
}

extension JSONValue {
    /// A condition of a service of a status.
    fileprivate func condition(_ type: String, of slug: String) -> JSONValue? {
        service(slug)?["conditions"]?.array?.first { $0["type"]?.string == type }
    }
}
