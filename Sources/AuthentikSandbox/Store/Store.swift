import FoundationEssentials

/// Everything the sandbox remembers.
///
/// Requests are answered one after the other on this one value, so what a request sees never changes under it.
struct Store: Sendable {
    let release: Release

    var flows = Table<UUID, Flow> { .text($0.slug) }
    var certificates = Table<UUID, CertificateKeyPair> { .text($0.name) }
    var scopeMappings = Table<UUID, ScopeMapping> { .text($0.scopeName) }
    var policies = Table<UUID, Policy> { .text($0.name) }
    var groups = Table<UUID, Group> { .text($0.name) }
    var roles = Table<UUID, Role> { .text($0.name) }
    var users = Table<Int, User> { .text($0.username) }
    var tokens = Table<UUID, Token> { .text($0.identifier) }
    var bindings = Table<UUID, PolicyBinding> { .text($0.pk.text) }
    var entitlements = Table<UUID, ApplicationEntitlement> { .text($0.name) }
    var applications = Table<UUID, Application> { .text($0.name) }
    /// Proxy providers among them.
    var providers = Table<Int, OAuth2Provider> { .text($0.name) }
    var outposts = Table<UUID, Outpost> { .text($0.name) }
    /// The oldest first.
    var events: [Event] = []
    var indexes = Indexes()
    var applicationLists = ApplicationListCache()
    var keys = KeyCounters()
    var brand = UUID()
    /// What the audit log says of the request that is being answered; nil while the installation is made.
    var auditContext: AuditContext?

    init(release: Release) {
        self.release = release
    }
}

/// The numbers that were given last as primary keys; none is given twice.
struct KeyCounters: Sendable, Codable {
    private var lastProvider = 0
    private var lastUser = 0
    private var lastPermission = 0

    mutating func makeProviderKey() -> Int {
        lastProvider += 1
        return lastProvider
    }

    mutating func makeUserKey() -> Int {
        lastUser += 1
        return lastUser
    }

    mutating func makePermissionKey() -> Int {
        lastPermission += 1
        return lastPermission
    }

    /// The user of that key exists.
    mutating func reserveUserKey(_ key: Int) { lastUser = max(lastUser, key) }
}
