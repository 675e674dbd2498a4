import JSON
import PythonRegex

/// One of the URIs that a provider sends a browser back to.
///
/// All fields can be missing in the store: a PATCH with an incomplete entry is stored before Authentik fails on it, and
/// from then on it fails on every read.
struct RedirectURI: Sendable, Codable {
    var matchingMode: MatchingMode?
    var url: String?
    /// Nil where a PATCH left it out; that counts as `authorization`, and the answer to the PATCH does not show it.
    var kind: Kind?

    enum MatchingMode: String, Choice, Codable {
        case strict, regex
    }

    /// What it is for; since 2026.5.
    enum Kind: String, Choice, Codable {
        case authorization, logout
    }

    /// Whether the browser may be sent there after a login.
    var isForLogins: Bool { kind != .logout }

    /// - Parameter kind: what is shown as its kind; nil shows none.
    /// - Throws: ``Refusal/crash`` if the entry is incomplete.
    func json(_ kind: Kind?) throws(Refusal) -> JSONValue {
        guard let matchingMode, let url else { throw .crash }
        var fields: [String: JSONValue] = ["matching_mode": .string(matchingMode.rawValue), "url": .string(url)]
        if let kind { fields["redirect_uri_type"] = .string(kind.rawValue) }
        return .object(fields)
    }

    /// Whether a request may ask for that URI.
    func matches(_ uri: String) -> Bool {
        guard isForLogins, let url else { return false }
        switch matchingMode {
        case .regex: return (try? PythonPattern(url))?.matches(whole: uri) == true
        default: return url.unicodeScalars.elementsEqual(uri.unicodeScalars)
        }
    }

    /// Checks one entry of a request.
    static func validate(_ body: JSONValue, partial: Bool, _ release: Release) throws(Refusal) -> RedirectURI {
        var fields = try Validator(body, partial: partial)
        var mode = MatchingMode.strict
        var url = ""
        var kind = Kind.authorization
        fields.choice("matching_mode", into: &mode, required: true)
        fields.text("url", into: &url, required: true, blank: false)
        if release.hasRedirectURITypes { fields.choice("redirect_uri_type", into: &kind) }
        let hasKind = release.hasRedirectURITypes && (fields.isSent("redirect_uri_type") || !partial)
        let entry = RedirectURI(
            matchingMode: fields.isSent("matching_mode") ? mode : nil,
            url: fields.isSent("url") ? url : nil,
            kind: hasKind ? kind : nil
        )
        try fields.finish()
        return entry
    }
}
