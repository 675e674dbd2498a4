import FoundationEssentials
import JSON

extension Store {
    /// What a fresh installation has: the objects that its own blueprints make.
    ///
    /// - Parameter token: the API token of the superuser `akadmin`.
    static func freshInstallation(_ release: Release, token: String) -> Store {
        var store = Store(release: release)
        let administrator = User(
            pk: release.administratorKey,
            username: "akadmin",
            name: "authentik Default Admin",
            email: "akadmin@example.com"
        )
        store.replace(nil, with: administrator)
        // Authentik's own accounts have the numbers up to here.
        store.keys.reserveUserKey(administrator.pk + 1)
        store.admit(token)
        for flow in defaultFlows(release) { store.replace(nil, with: flow) }
        for mapping in defaultScopeMappings() { store.scopeMappings[mapping.pk] = mapping }
        let certificate = CertificateKeyPair(name: "authentik Self-signed Certificate")
        store.certificates[certificate.pk] = certificate
        store.replace(nil, with: Group(name: "authentik Admins", isSuperuser: true, users: [administrator.pk]))
        let readers = Role(name: "authentik Read-only")
        store.replace(nil, with: readers)
        store.replace(
            nil,
            with: Group(
                name: "authentik Read-only",
                attributes: [
                    "notes":
                        "An group with an auto-generated role that allows read-only permissions on all objects.\n"
                ],
                roles: [readers.pk]
            )
        )
        let outpost = Outpost()
        store.outposts[outpost.pk] = outpost
        store.makeDefaultPolicies()
        store.recordInstallation(by: administrator)
        return store
    }

    /// Makes a key the API token of `akadmin`.
    mutating func admit(_ key: String) {
        guard let administrator = indexes.userByName["akadmin"] else { return }
        let old = indexes.tokenByIdentifier[Self.administratorToken].flatMap { tokens[$0] }
        var token = old ?? Token()
        token.identifier = Self.administratorToken
        token.user = administrator
        token.key = key
        token.isExpiring = false
        replace(old, with: token)
    }

    /// The key of ``admit(_:)``.
    var administratorKey: String? {
        indexes.tokenByIdentifier[Self.administratorToken].flatMap { tokens[$0]?.key }
    }

    private static let administratorToken = "authentik-bootstrap-token"

    /// The audit log begins with the administrator's first login.
    private mutating func recordInstallation(by administrator: User) {
        auditContext = AuditContext(
            actor: administrator,
            method: "POST",
            path: "/api/v3/flows/executor/initial-setup/",
            requestID: Random.hexadecimal(32),
            userAgent: "sandbox"
        )
        record(.passwordSet, app: "authentik.events.signals")
        record(.login, app: "authentik.events.signals")
        auditContext = nil
    }
}
