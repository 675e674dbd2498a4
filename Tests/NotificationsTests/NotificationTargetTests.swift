import Secrets
import Testing

@testable import Notifications

@Suite(.timeLimit(.minutes(60))) struct NotificationTargetTests {
    @Test(arguments: [
        ("https://ntfy.sh/homelab-alerts", NotificationFormat.ntfy, "ntfy.sh"),
        ("https://NTFY.example.net/alerts", .ntfy, "NTFY.example.net"),
        ("https://hooks.slack.com/services/T0/B0/XXXX", .slack, "hooks.slack.com"),
        ("https://discord.com/api/webhooks/1/abc", .discord, "discord.com"),
        ("https://canary.discord.com/api/webhooks/1/abc", .discord, "canary.discord.com"),
        ("https://mattermost.example.net:8065/hooks/abc", .mattermost, "mattermost.example.net:8065"),
        ("https://user:pass@example.net/hook?key=secret", .generic, "example.net"),
        (" http://127.0.0.1:9000/hook\n", .generic, "127.0.0.1:9000"),
        ("http://[::1]:9000/hook", .generic, "[::1]:9000"),
        ("https://notdiscord.com/x", .generic, "notdiscord.com"),
    ])
    func `the format is that of the host, and nothing but the host is shown`(
        _ text: String,
        _ format: NotificationFormat,
        _ host: String
    ) throws {
        let target = try NotificationTarget(text)
        #expect(target.format == format)
        #expect(target.host == host)
        for secret in ["XXXX", "homelab-alerts", "abc", "pass", "key=", "/hook"] where !host.contains(secret) {
            #expect(!"\(target)".contains(secret))
        }
    }

    @Test func `a format that is asked for goes before the host's`() throws {
        #expect(try NotificationTarget("https://hooks.slack.com/services/x", format: .generic).format == .generic)
        #expect(try NotificationTarget("https://chat.example.net/hooks/x", format: .mattermost).format == .mattermost)
    }

    @Test(arguments: [
        ("https://ntfy.sh/topic", "https://ntfy.sh/", "topic"),
        ("https://ntfy.sh/topic/", "https://ntfy.sh/", "topic"),
        ("https://:tk_1@ntfy.sh/topic?auth=QmVh#x", "https://:tk_1@ntfy.sh/?auth=QmVh", "topic"),
        ("https://ntfy.example.net/sub/topic", "https://ntfy.example.net/sub/", "topic"),
    ])
    func `of ntfy, the topic is taken out of the address`(_ text: String, _ url: String, _ topic: String) throws {
        let target = try NotificationTarget(text)
        #expect(target.url.exposed == url)
        #expect(target.topic.exposed == topic)
    }

    @Test(arguments: [
        "", " ", "ftp://example.net/s3cr3t", "example.net/s3cr3t", "https:///s3cr3t", "https://a b/s3cr3t",
        "https://example.net/s3cr3t\nX: y", "https://example.net:port/s3cr3t", "https://example.net:70000/s3cr3t",
        "https://user@/s3cr3t", "https://bücher.example/s3cr3t", "https://[::1/s3cr3t",
    ])
    func `what is not an address is refused, and not repeated`(_ text: String) {
        let error = #expect(throws: NotificationTargetError.self) { try NotificationTarget(text) }
        #expect(error?.description.contains("s3cr3t") == false)
    }

    @Test func `ntfy needs a topic`() {
        #expect(throws: NotificationTargetError.self) { try NotificationTarget("https://ntfy.sh/") }
    }

    @Test(arguments: [
        ("http://example.net/x", true), ("http://127.0.0.1:1/x", false), ("http://localhost/x", false),
        ("https://example.net/x", false),
    ])
    func `an unencrypted address of another machine is exposed`(_ text: String, _ isExposed: Bool) throws {
        #expect(try NotificationTarget(text).isExposed == isExposed)
    }
}
