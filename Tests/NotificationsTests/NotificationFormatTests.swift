import Base
import FoundationEssentials
import JSON
import TestSupport
import Testing

@testable import Notifications

@Suite(.timeLimit(.minutes(60))) struct NotificationFormatTests {
    static func notification(_ events: [Notification.Event]) -> Notification {
        Notification(
            events,
            owner: "homelab",
            authentik: "https://sso.example.net",
            state: "out-of-sync",
            message: "1 of 3 services out of sync: 1 failed",
            at: Timestamp(Date(timeIntervalSince1970: 1_800_000_000))
        )
    }

    static func drift(_ name: String, _ message: String = "group: Elsewhere → Apps") -> Notification.Event {
        Notification.Event(
            .driftCorrected,
            kind: "service",
            name: name,
            message: message,
            fields: ["group"],
            by: "akadmin",
            link: "https://sso.example.net/if/admin/#/events/log/1"
        )
    }

    private func json(_ format: NotificationFormat, _ notification: Notification) throws -> JSONValue {
        try JSONValue(parsing: format.body(notification, topic: "alerts"))
    }

    private func schema() throws -> JSONValue {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try JSONValue(
            parsing: Data(contentsOf: package.appending(path: "manifests/schemas/notification.schema.json"))
        )
    }

    @Test func `the schema describes the generic format, and names every type`() throws {
        let schema = try schema()
        let kinds = Notification.Event.Kind.allCases
        let types = schema["properties"]?["events"]?["items"]?["properties"]?["type"]?["enum"]
        #expect(types == .array(kinds.map { .string($0.rawValue) }))
        let all = kinds.map { Notification.Event($0, kind: "service", name: "docs", message: "so") }
        let samples = [
            all, [Self.drift("docs")], [Notification.Event(.fileInvalid, message: "a.yaml:1: no owner")],
            (1...200).map { Self.drift("s\($0)") },
        ]
        for events in samples {
            let json = try json(.generic, Self.notification(events))
            #expect(JSONSchema(schema).mistakes(in: json) == [])
        }
        let many = try json(.generic, Self.notification(samples[3]))
        #expect(many["events"]?.array?.count == 50 && many["omitted"] == 150)
    }

    @Test func `what is worst comes first, and decides`() {
        let notification = Self.notification([
            Notification.Event(.recovered, kind: "service", name: "wiki", message: "ok"), Self.drift("docs"),
            Notification.Event(.failed, kind: "service", name: "a", message: "no"),
            Notification.Event(.failed, kind: "service", name: "b", message: "no"),
        ])
        #expect(notification.severity == .error)
        #expect(notification.title == "homelab: failed (2), drift corrected: docs, recovered: wiki")
        #expect(notification.events.map(\.type) == [.failed, .failed, .driftCorrected, .recovered])
    }

    @Test func `ntfy gets topic, title, message, priority, tags and a link`() throws {
        let body = try json(.ntfy, Self.notification([Self.drift("docs")]))
        #expect(
            body == [
                "topic": "alerts", "title": "homelab: drift corrected: docs", "priority": 3, "tags": ["warning"],
                "message": "docs: drift corrected: group: Elsewhere → Apps (by akadmin)",
                "click": "https://sso.example.net/if/admin/#/events/log/1",
            ]
        )
        let failed = Notification.Event(.failed, kind: "service", name: "a", message: "no")
        #expect(try json(.ntfy, Self.notification([failed]))["priority"] == 4)
    }

    @Test func `Slack gets text in which nothing is markup`() throws {
        let body = try json(.slack, Self.notification([Self.drift("docs", "<!channel> & <@U1>")]))
        #expect(
            body["text"]?.string == """
                *homelab: drift corrected: docs*
                docs: drift corrected: &lt;!channel&gt; &amp; &lt;@U1&gt; (by akadmin)
                """
        )
    }

    @Test(arguments: [(NotificationFormat.mattermost, "text"), (.discord, "content")])
    func `Markdown mentions nobody and is not markup`(_ format: NotificationFormat, _ member: String) throws {
        let body = try json(format, Self.notification([Self.drift("docs", "@channel **x** [a](b)")]))
        let text = try #require(body[member]?.string)
        #expect(text.hasPrefix("**homelab: drift corrected: docs**\n"))
        #expect(!text.contains("@channel") && text.contains(#"\*\*x\*\* \[a\](b)"#))
        if format == .discord { #expect(body["allowed_mentions"] == ["parse": []]) }
    }

    @Test(arguments: [(NotificationFormat.ntfy, 4096), (.slack, 40_000), (.mattermost, 16_383), (.discord, 8000)])
    func `a thousand events fit`(_ format: NotificationFormat, _ limit: Int) throws {
        let long = String(repeating: "ü", count: 2000)
        let notification = Self.notification((1...1000).map { Self.drift("service-\($0)", long) })
        let body = try json(format, notification)
        let text = try #require((body["message"] ?? body["text"] ?? body["content"])?.string)
        #expect(text.utf8.count <= limit)
        #expect(text.hasSuffix("more"))
        if format == .discord { #expect(text.count <= 2000) }
    }
}
