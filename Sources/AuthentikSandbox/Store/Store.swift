import FoundationEssentials

/// The state of the sandbox.
///
/// Requests are answered one after the other on this value, so it never changes during a request.
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
    /// Including proxy providers.
    var providers = Table<Int, OAuth2Provider> { .text($0.name) }
    /// OAuth sources, whose tokens providers may accept.
    var sources = Table<UUID, Source> { .text($0.slug) }
    var outposts = Table<UUID, Outpost> { .text($0.name) }
    var blueprints = Table<UUID, Blueprint> { .text($0.name) }
    /// The definitions of attributes of entitlements, by key.
    var objectAttributes: [ObjectAttribute] = []
    /// Oldest first.
    var events: [Event] = []
    var indexes = Indexes()
    var applicationLists = ApplicationListCache()
    var keys = KeyCounters()
    var brand = UUID()
    /// The installation's flags that were set; others are not shown.
    var flags: [String: Bool] = [:]
    /// The current request for the audit log; nil during installation.
    var auditContext: AuditContext?

    init(release: Release) {
        self.release = release
    }
}

/// The last numbers used as primary keys; numbers are never reused.
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

    /// Marks a user's key as used.
    mutating func reserveUserKey(_ key: Int) { lastUser = max(lastUser, key) }
}

/// The indexes of unique values.
struct Indexes: Sendable {
    var applicationBySlug: [String: UUID] = [:]
    var applicationByProvider: [Int: UUID] = [:]
    var applicationByBackchannelProvider: [Int: UUID] = [:]
    var providerByName: [String: Int] = [:]
    var providerByClientID: [String: Int] = [:]
    var scopeMappingByName: [String: UUID] = [:]
    var scopeMappingByManaged: [String: UUID] = [:]
    var outpostByName: [String: UUID] = [:]
    var policyByName: [String: UUID] = [:]
    var groupByName: [String: UUID] = [:]
    var flowBySlug: [String: UUID] = [:]
    var roleByName: [String: UUID] = [:]
    var userByName: [String: Int] = [:]
    var tokenByIdentifier: [String: UUID] = [:]
    var tokenByKey: [String: UUID] = [:]
    var entitlementsByApplication: [UUID: [String: UUID]] = [:]
    var bindingsByTarget: [UUID: Set<UUID>] = [:]
    var bindingsByPolicy: [UUID: Set<UUID>] = [:]
    /// The bindings that expire.
    var expiringBindings: Set<UUID> = []
}

extension Store {
    func application(slug: String) -> Application? {
        indexes.applicationBySlug[slug].flatMap { applications[$0] }
    }

    /// The application that a provider is linked to.
    func application(of provider: Int) -> Application? {
        indexes.applicationByProvider[provider].flatMap { applications[$0] }
    }

    func backchannelApplication(of provider: Int) -> Application? {
        indexes.applicationByBackchannelProvider[provider].flatMap { applications[$0] }
    }

    func provider(clientID: String) -> OAuth2Provider? {
        indexes.providerByClientID[clientID].flatMap { providers[$0] }
    }

    /// The scope mappings of a provider, in the order in which the installation created them, which happens to be the
    /// order of Authentik's database.
    func mappings(of provider: OAuth2Provider) -> [ScopeMapping] {
        scopeMappings.inOrderOfCreation.filter { provider.propertyMappings.contains($0.pk) }
    }

    /// The bindings of a target, in their order.
    func bindings(of target: UUID) -> [PolicyBinding] {
        sorted(indexes.bindingsByTarget[target] ?? [])
    }

    /// The bindings that use a policy.
    func bindings(ofPolicy policy: UUID) -> [PolicyBinding] { sorted(indexes.bindingsByPolicy[policy] ?? []) }

    func bindingCount(of policy: UUID) -> Int { indexes.bindingsByPolicy[policy]?.count ?? 0 }

    private func sorted(_ keys: Set<UUID>) -> [PolicyBinding] {
        keys.compactMap { bindings[$0] }.sorted { ($0.order, $0.pk.text) < ($1.order, $1.pk.text) }
    }

    /// Whether an application without an enabled binding is open to all users; otherwise it is open to none.
    var opensWithoutBindings: Bool { !release.hasDefaultAccessFlag || flags[Self.defaultAccessFlag] ?? true }

    static let defaultAccessFlag = "core_default_app_access"

    /// The name of a target in bindings; nil if it cannot be a target.
    func name(ofBindingTarget target: UUID) -> String? {
        applications[target]?.name ?? entitlements[target]?.name ?? flows[target].map { "Flow \($0.name)" }
    }

    /// Whether a policy can be bound to the object of that UUID.
    func isBindingTarget(_ target: UUID) -> Bool {
        name(ofBindingTarget: target) != nil || indexes.bindingsByTarget[target] != nil
    }
}

/// Which applications a plain list showed, by user and page number, regardless of filters; for 24 hours.
///
/// Only the creation of an application empties it. Source: `ApplicationViewSet.list` in
/// `authentik/core/api/applications.py`, and the recordings of each release.
struct ApplicationListCache: Sendable {
    struct Key: Hashable, Sendable {
        let user: Int
        let page: Int
    }

    private static let lifetime: TimeInterval = 86_400
    private var pages: [Key: (rows: [Application], expires: Date)] = [:]

    /// The rows as they were when they were listed.
    func rows(_ key: Key, at now: Date) -> [Application]? {
        guard let page = pages[key], page.expires > now else { return nil }
        return page.rows
    }

    /// An empty page is not stored.
    mutating func keep(_ rows: [Application], as key: Key, at now: Date) {
        if !rows.isEmpty { pages[key] = (rows, now.addingTimeInterval(Self.lifetime)) }
    }

    mutating func clear() { pages = [:] }
}
