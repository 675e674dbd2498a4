import FoundationEssentials
import JSON

/// The format of a notification for its receiver.
///
/// | format | what is posted | reference |
/// |---|---|---|
/// | `generic` | ``Notification`` as JSON | `manifests/schemas/notification.schema.json` |
/// | `ntfy` | topic, title, message, priority and tags, to the server's root | https://docs.ntfy.sh/publish/#publish-as-json |
/// | `slack` | text in mrkdwn | https://api.slack.com/messaging/webhooks |
/// | `mattermost` | text in Markdown | https://developers.mattermost.com/integrate/webhooks/incoming/ |
/// | `discord` | content in Markdown, without mentions | https://discord.com/developers/docs/resources/webhook#execute-webhook |
package enum NotificationFormat: String, Sendable, CaseIterable {
    case generic
    case ntfy
    case slack
    case mattermost
    case discord

    /// The format of a well-known host.
    init(host: String) {
        let host = host.lowercased()
        self =
            if host == "ntfy.sh" || host.hasPrefix("ntfy.") {
                .ntfy
            } else if host == "hooks.slack.com" || host == "hooks.slack-gov.com" {
                .slack
            } else if ["discord.com", "discordapp.com"].contains(where: { host == $0 || host.hasSuffix(".\($0)") }) {
                .discord
            } else if host.hasPrefix("mattermost.") {
                .mattermost
            } else {
                .generic
            }
    }

    /// The body of the request.
    ///
    /// - Parameter topic: the ntfy topic.
    func body(_ notification: Notification, topic: String) -> [UInt8] {
        switch self {
        case .generic: JSONText.bytes(of: notification)
        case .ntfy: ntfy(notification, topic).serialized()
        case .slack: webhook(text(notification, bold: "*", Self.escapedForSlack)).serialized()
        case .mattermost: webhook(text(notification, bold: "**", Self.escapedForMarkdown)).serialized()
        case .discord: discord(text(notification, bold: "**", Self.escapedForMarkdown)).serialized()
        }
    }

    private func webhook(_ text: String) -> JSONValue { ["text": .string(text)] }

    private func discord(_ text: String) -> JSONValue {
        [
            "content": .string(text), "username": "reconcile", "allowed_mentions": ["parse": []],
            // Suppresses link previews.
            "flags": 4,
        ]
    }

    /// The maximum number of characters of a text; what is left out is counted.
    private var longestText: Int {
        switch self {
        case .generic: .max
        // A message of more than 4,096 bytes becomes an attachment.
        case .ntfy: 1300
        case .slack, .mattermost: 3500
        // The maximum is 2,000.
        case .discord: 1900
        }
    }

    // MARK: - ntfy

    private func ntfy(_ notification: Notification, _ topic: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "topic": .string(topic),
            "title": .string(notification.title),
            "message": .string(lines(notification, { $0 }).joined(separator: "\n")),
        ]
        switch notification.severity {
        case .info: (members["priority"], members["tags"]) = (3, ["white_check_mark"])
        case .warning: (members["priority"], members["tags"]) = (3, ["warning"])
        case .error: (members["priority"], members["tags"]) = (4, ["rotating_light"])
        }
        let links = Set(notification.events.compactMap(\.link))
        if links.count == 1, let link = links.first { members["click"] = .string(link) }
        return .object(members)
    }

    // MARK: - Text

    private func text(_ notification: Notification, bold: String, _ escape: (String) -> String) -> String {
        (["\(bold)\(escape(notification.title))\(bold)"] + lines(notification, escape)).joined(separator: "\n")
    }

    /// A line for each event, as far as they fit, and the number of the remaining ones.
    private func lines(_ notification: Notification, _ escape: (String) -> String) -> [String] {
        var lines: [String] = []
        var length = notification.title.count
        for event in notification.events {
            let line = escape(line(event))
            length += line.count + 1
            if length > longestText { break }
            lines.append(line)
        }
        let rest = notification.events.count - lines.count + (notification.omitted ?? 0)
        if rest > 0 { lines.append("… and \(rest) more") }
        return lines
    }

    /// `grafana: drift corrected: group: Elsewhere → Apps (by akadmin)`.
    private func line(_ event: Notification.Event) -> String {
        let subject = event.name.map { event.kind == "service" ? "\($0): " : "\(event.kind ?? "object") \($0): " } ?? ""
        let author = event.by.map { " (by \($0))" } ?? ""
        let text = event.message.count <= 400 ? event.message : "\(event.message.prefix(400))…"
        return "\(subject)\(event.type.title): \(text)\(author)"
    }

    /// Slack's escaping, since `<!channel>` and the like are made of these characters.
    private static func escapedForSlack(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// Escapes all markup and mentions.
    private static func escapedForMarkdown(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\`*_~|[]<>#".contains(character) { result += "\\" }
            result.append(character)
            // `@channel` is a mention, but not with an invisible space.
            if character == "@" { result += "\u{200B}" }
        }
    }
}

/// The JSON of a notification.
private enum JSONText {
    static func bytes(of notification: Notification) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // All of its contents can be encoded.
        return (try? encoder.encode(notification)).map(Array.init) ?? []
    }
}
