import FoundationEssentials

/// Everything that a store holds and must survive a restart, in the format of a file.
///
/// Rows are in order of creation. The cache of lists is not stored: Authentik's would survive a restart, but only until
/// the next application is created.
struct Snapshot: Codable, Sendable {
    static let currentFormat = "authentik-sandbox/1"

    var format = Self.currentFormat
    var release: Release
    /// The full release; nil in a file from before the final 2026.5, of which the release is a candidate.
    var version: String?
    var brand: UUID
    var keys: KeyCounters
    var users: [User]
    var tokens: [Token]
    var roles: [Role]
    var groups: [Group]
    var flows: [Flow]
    var certificates: [CertificateKeyPair]
    var scopeMappings: [ScopeMapping]
    var policies: [Policy]
    var providers: [OAuth2Provider]
    var applications: [Application]
    var entitlements: [ApplicationEntitlement]
    var bindings: [PolicyBinding]
    var outposts: [Outpost]
    /// Nil in a file from before there were any.
    var sources: [Source]?
    var blueprints: [Blueprint]?
    var objectAttributes: [ObjectAttribute]?
    var events: [Event]
    /// Nil in a file from before there were any.
    var flags: [String: Bool]?

    init(_ store: Store) {
        release = store.release
        version = release.version
        brand = store.brand
        keys = store.keys
        users = store.users.inOrderOfCreation
        tokens = store.tokens.inOrderOfCreation
        roles = store.roles.inOrderOfCreation
        groups = store.groups.inOrderOfCreation
        flows = store.flows.inOrderOfCreation
        certificates = store.certificates.inOrderOfCreation
        scopeMappings = store.scopeMappings.inOrderOfCreation
        policies = store.policies.inOrderOfCreation
        providers = store.providers.inOrderOfCreation
        applications = store.applications.inOrderOfCreation
        entitlements = store.entitlements.inOrderOfCreation
        bindings = store.bindings.inOrderOfCreation
        outposts = store.outposts.inOrderOfCreation
        sources = store.sources.inOrderOfCreation
        blueprints = store.blueprints.inOrderOfCreation
        objectAttributes = store.objectAttributes
        events = store.events
        flags = store.flags
    }
}

extension Store {
    init(_ snapshot: Snapshot) {
        self.init(release: snapshot.release)
        for row in snapshot.users { replace(nil, with: row) }
        for row in snapshot.tokens { replace(nil, with: row) }
        for row in snapshot.roles { replace(nil, with: row) }
        for row in snapshot.groups { replace(nil, with: row) }
        for row in snapshot.flows { replace(nil, with: row) }
        for row in snapshot.certificates { replace(nil, with: row) }
        for row in snapshot.scopeMappings { replace(nil, with: row) }
        for row in snapshot.policies { replace(nil, with: row) }
        for row in snapshot.providers { replace(nil, with: row) }
        for row in snapshot.applications { replace(nil, with: row) }
        for row in snapshot.entitlements { replace(nil, with: row) }
        for row in snapshot.bindings { replace(nil, with: row) }
        for row in snapshot.sources ?? [] { sources[row.pk] = row }
        for row in snapshot.blueprints ?? [] { blueprints[row.pk] = row }
        for row in snapshot.outposts { replace(nil, with: row) }
        events = snapshot.events
        flags = snapshot.flags ?? [:]
        objectAttributes = snapshot.objectAttributes ?? []
        brand = snapshot.brand
        keys = snapshot.keys
    }
}
