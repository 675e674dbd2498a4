import FoundationEssentials

/// `authentik_core.application`.
struct Application: Sendable, Codable {
    var pk = UUID()
    var name = ""
    var slug = ""
    var provider: Int?
    var backchannelProviders: [Int] = []
    var openInNewTab = false
    var metaLaunchURL = ""
    var metaIcon = ""
    var metaDescription = ""
    var metaPublisher = ""
    var policyEngineMode = PolicyEngineMode.any
    var group = ""
    /// Whether lists leave it out; since 2026.8.
    var metaHide = false
}

/// Whether one policy of an object lets in, or only all of them together.
enum PolicyEngineMode: String, Choice, Codable {
    case all, any
}
