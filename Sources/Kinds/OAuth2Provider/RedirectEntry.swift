import Base
package import JSON
internal import PythonRegex

/// One entry of `redirect_uris`.
///
/// Equality is byte by byte.
package struct RedirectEntry: Sendable, Hashable {
    package var matchingMode: String
    package var url: String
    /// `authorization` or `logout`; nil before 2026.5, where all are for logins.
    package var type: String?

    /// The matching mode of an entry whose URL is compared literally.
    package static let strict = "strict"
    /// The type of an entry for logouts.
    package static let logout = "logout"

    package init(matchingMode: String, url: String, type: String? = nil) {
        self.matchingMode = matchingMode
        self.url = url
        self.type = type
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.matchingMode == right.matchingMode && left.url.exact == right.url.exact && left.type == right.type
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(matchingMode)
        hasher.combine(url.exact)
        hasher.combine(type)
    }
}

extension RedirectEntry: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        matchingMode = try json.read("matching_mode")
        url = try json.read("url")
        type = try json.readIfPresent("redirect_uri_type")
    }
}

extension RedirectEntry {
    /// Whether it is for logouts; no login returns to it.
    package var isForLogout: Bool { type == Self.logout }

    /// Whether it allows a URI: one that is equal to the byte, or that the pattern matches as a whole.
    ///
    /// Source: `authentik/providers/oauth2/views/authorize.py`, which uses Python's `re.fullmatch`.
    package func accepts(_ uri: String) -> Bool {
        guard isPattern else { return url.exact == uri.exact }
        return (try? PythonPattern(url))?.matches(whole: uri) == true
    }

    package var isPattern: Bool { matchingMode == "regex" }

    /// With the type that older releases leave out.
    var normalized: Self {
        var entry = self
        entry.url = url.trimmed
        entry.type = type ?? "authorization"
        return entry
    }

    /// Always complete: Authentik answers 405 to an entry without a matching mode or URL, but stores it.
    var json: JSONValue {
        var members: [String: JSONValue] = ["matching_mode": .string(matchingMode), "url": .string(url)]
        if let type { members["redirect_uri_type"] = .string(type) }
        return .object(members)
    }
}
