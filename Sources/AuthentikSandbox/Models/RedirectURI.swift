import JSON

/// One of the URIs that a provider sends a browser back to.
///
/// Both fields can be missing in the store: a PATCH with an incomplete entry is stored before Authentik fails on it, and
/// from then on it fails on every read.
struct RedirectURI: Sendable {
    var matchingMode: MatchingMode?
    var url: String?

    enum MatchingMode: String, Choice {
        case strict, regex
    }

    /// - Throws: ``Refusal/crash`` if the entry is incomplete.
    func json() throws(Refusal) -> JSONValue {
        guard let matchingMode, let url else { throw .crash }
        return ["matching_mode": .string(matchingMode.rawValue), "url": .string(url)]
    }

    /// Checks one entry of a request.
    static func validate(_ body: JSONValue, partial: Bool) throws(Refusal) -> RedirectURI {
        var fields = try Validator(body, partial: partial)
        var mode = MatchingMode.strict
        var url = ""
        fields.choice("matching_mode", into: &mode, required: true)
        fields.text("url", into: &url, required: true, blank: false)
        let entry = RedirectURI(
            matchingMode: fields.isSent("matching_mode") ? mode : nil,
            url: fields.isSent("url") ? url : nil
        )
        try fields.finish()
        return entry
    }
}
