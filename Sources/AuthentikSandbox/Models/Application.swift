import FoundationEssentials

/// `authentik_core.application`.
struct Application: Sendable {
    let pk = UUID()
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
}

/// Whether one policy of an object lets in, or only all of them together.
enum PolicyEngineMode: String, Choice {
    case all, any
}
