import FoundationEssentials
import JSON

/// `authentik_core.token`: a key by which a user is known.
struct Token: Sendable, Codable {
    enum Intent: String, Choice, Codable {
        case verification, api, recovery
        case appPassword = "app_password"
    }

    var pk = UUID()
    var identifier = ""
    var intent = Intent.api
    var user = 0
    var key = Random.alphanumeric(60)
    var description = ""
    var isExpiring = true
    /// Shown, but without meaning, for a token that does not expire.
    var expires = Date(timeIntervalSinceNow: 30 * 60)

    /// Whether the API takes it.
    var opensAPI: Bool { intent == .api && (!isExpiring || expires > Date()) }
}
