import Base

/// Detects redirect URIs that look like patterns, although Authentik compares them literally.
///
/// | written | result |
/// |---|---|
/// | `https://*.example.net/cb` | a wildcard in the host: an error, because no host has it |
/// | `https://a.example.net/*` | a wildcard elsewhere: a warning, because a URL may have it |
/// | `https://.*\\.example\\.net/`, `^https://…$` | a pattern of Python's `re` without `matching: regex`: an error |
enum RedirectPattern {
    static func complaint(aboutStrict text: String) -> Complaint? {
        // Nearly all URIs have none of these characters.
        guard text.utf8.contains(where: { "^$\\*+".utf8.contains($0) }) else { return nil }
        let isExpression =
            text.hasPrefix("^") || text.hasSuffix("$") || text.contains("\\") || text.contains(".*")
            || text.contains(".+")
        if isExpression {
            return Complaint("is a pattern, but is compared literally", hint: hint(repeatable(text) ? text : nil))
        }
        guard text.contains("*") else { return nil }
        let host = text.firstRange(of: "://").map { text[$0.upperBound...].prefix { !"/?#".contains($0) } } ?? ""
        let hint = hint(repeatable(text) ? pattern(of: text) : nil)
        if host.contains("*") {
            return Complaint("has a wildcard in its host, but is compared literally", hint: hint)
        }
        return Complaint("has a '*' in it, which is compared literally", hint: hint, severity: .warning)
    }

    /// Whether a hint may repeat it: it is short, and cannot contain a password.
    private static func repeatable(_ text: String) -> Bool {
        text.count <= 120 && !text.contains("@") && !text.contains("'") && !text.contains("?")
    }

    private static func hint(_ pattern: String?) -> String {
        "write a pattern: {matching: regex, url: '\(pattern ?? "…")'}"
    }

    /// The pattern for a URL with wildcards: `*` in the host is any text without a dot or slash, elsewhere any text.
    private static func pattern(of text: String) -> String {
        var pattern = ""
        var slashes = 0
        for character in text {
            switch character {
            case "*": pattern += slashes < 3 ? "[^./]+" : ".*"
            case ".", "+", "(", ")", "[", "]", "{", "}", "|", "$", "^": pattern += "\\\(character)"
            default: pattern.append(character)
            }
            if character == "/" { slashes += 1 }
        }
        return pattern
    }
}
