import FoundationEssentials

/// Everything the sandbox remembers.
///
/// Requests are answered one after the other on this one value, so what a request sees never changes under it.
struct Store: Sendable {
    /// The superuser's API token.
    let token: String
    let administrator: User

    var flows = Table<UUID, Flow> { .text($0.slug) }
    var certificates = Table<UUID, CertificateKeyPair> { .text($0.name) }
    var scopeMappings = Table<UUID, ScopeMapping> { .text($0.scopeName) }
    var groups = Table<UUID, Group> { .text($0.name) }
    var bindings = Table<UUID, PolicyBinding> { .number($0.order) }
    var entitlements = Table<UUID, ApplicationEntitlement> { .text($0.name) }
    var applications = Table<UUID, Application> { .text($0.name) }
    var providers = Table<Int, OAuth2Provider> { .text($0.name) }
    var indexes = Indexes()
    private var lastProvider = 0

    init(token: String, administrator: User) {
        self.token = token
        self.administrator = administrator
    }

    /// The next provider's primary key: counted up, and never given twice.
    mutating func makeProviderKey() -> Int {
        lastProvider += 1
        return lastProvider
    }
}
