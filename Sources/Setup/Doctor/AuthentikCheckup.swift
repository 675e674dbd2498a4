package import AuthentikAPI
package import Base
package import Kinds

/// Checks whether Authentik can be reached, is a known release, accepts the token, and grants what passes need.
///
/// It only reads.
package struct AuthentikCheckup: Sendable {
    package var client: AuthentikClient
    /// The features of the files; nil if unknown.
    private var features: Set<FileFeature>?
    /// The owner in the files.
    private let owner: String?
    /// For the commands that grant permissions; without files if they should cover any file.
    private var invocation: Invocation
    private var permissions: [RequiredPermission]

    /// - Parameters:
    ///   - features: the features of the files; nil if unknown.
    ///   - owner: the owner in the files.
    ///   - invocation: with the files.
    package init(
        client: AuthentikClient,
        features: Set<FileFeature>?,
        owner: String? = nil,
        invocation: Invocation = Invocation()
    ) {
        self.client = client
        self.features = features
        self.owner = owner
        self.invocation =
            features?.isEmpty ?? true ? invocation.forAdministrator.withoutFiles : invocation.forAdministrator
        permissions = RequiredPermission.needed(by: features ?? [])
    }

    private var bootstrap: String {
        "to create an account with all of them, run with an administrator's token: \(invocation.command("bootstrap"))"
    }

    /// - Throws: `CancellationError`.
    package func findings() async throws -> [Finding] {
        let release: Release
        do {
            release = try await client.release()
        } catch let error as AuthentikError {
            return await unreachable(error) + [
                Finding("permissions", .skipped, "not checked")
            ]
        }
        var findings = [Finding("Authentik", .ok, "\(client.address) answers"), known(release)]
        do {
            let account = try await client.account()
            findings.append(token(of: account))
            findings += account.isSuperuser ? [] : try await withMarked.rights(of: account)
            findings += try await defaultAccess(release)
        } catch let error as AuthentikError {
            findings.append(Finding("token", .problem, "\(error)", advice: bootstrap))
        }
        return findings
    }

    // MARK: - The way there

    private func unreachable(_ error: AuthentikError) async -> [Finding] {
        if let fault = await client.connectionFault(behind: error) {
            return [Finding("Authentik", .problem, "\(error)", advice: fault.advice)]
        }
        let reached = Finding("Authentik", .ok, "\(client.address) answers")
        switch error.kind {
        case .invalidToken:
            let advice = "create one with intent 'API' that does not expire; \(bootstrap)"
            return [reached, Finding("token", .problem, "Authentik rejects it: \(error.message)", advice: advice)]
        case .notAuthentik, .undecodable:
            let advice = "use the address of its login page, with its path if it has one"
            return [Finding("Authentik", .problem, "what answers is not Authentik: \(error)", advice: advice)]
        case .unavailable, .throttled, .serverError:
            let advice = "it may be starting: try again in a minute, and check its log"
            return [Finding("Authentik", .problem, "\(error)", advice: advice)]
        default: return [Finding("Authentik", .problem, "\(error)", advice: "check the address")]
        }
    }

    private func known(_ release: Release) -> Finding {
        guard release.isSupported else {
            let (year, month) = Release.oldestSupported
            return Finding(
                "release",
                .problem,
                "\(release) is too old",
                advice: "update Authentik to \(year).\(month) or later"
            )
        }
        guard release.isKnown else {
            let advice = "it will most likely work; check whether there is a newer 'reconcile'"
            return Finding(
                "release",
                .warning,
                "\(release) is newer than the releases this version was tested with",
                advice: advice
            )
        }
        return Finding("release", .ok, "\(release)")
    }

    /// Who may open an application without a binding, in a release where that can be configured.
    ///
    /// Passes do not need this, so an account that may not read it lacks nothing.
    private func defaultAccess(_ release: Release) async throws -> [Finding] {
        guard release.canCloseByDefault else { return [] }
        let isOpen: Bool?
        do {
            isOpen = try await client.opensWithoutBinding(release)
        } catch is AuthentikError {
            isOpen = nil
        }
        let subject = "access"
        guard let isOpen else {
            let message =
                "unknown whether applications without a binding are open to everybody: only administrators can see that"
            return [Finding(subject, .skipped, message)]
        }
        let message = "applications without a binding are open to \(isOpen ? "everybody" : "nobody")"
        return [Finding(subject, .ok, message)]
    }

    // MARK: - What the account may do

    /// With the permissions for objects that were removed from the file but are still marked as the owner's; only those
    /// for the file if they cannot be read.
    private var withMarked: AuthentikCheckup {
        get async throws {
            var checkup = self
            guard let features else { return checkup }
            do {
                let all = features.union(try await MarkedFeatures.all(of: client, owner: owner))
                checkup.features = all
                checkup.permissions = RequiredPermission.needed(by: all)
            } catch is AuthentikError {}
            return checkup
        }
    }

    private func token(of account: Account) -> Finding {
        guard account.isSuperuser else { return Finding("token", .ok, "belongs to the account '\(account.username)'") }
        let message = "belongs to '\(account.username)', a superuser without any limits"
        let advice = "create an account with only the permissions that are needed: \(invocation.command("bootstrap"))"
        return Finding("token", .warning, message, advice: advice)
    }

    private func rights(of account: Account) async throws -> [Finding] {
        guard let roles = account.roles else { return try await reading() }
        var held: Set<String> = []
        var surplus: [Finding] = []
        for role in roles {
            let permissions = try await client.permissions(ofRole: role.pk)
            held.formUnion(permissions)
            surplus += needless(permissions, of: role, account)
        }
        let missing = permissions.filter { !held.contains($0.name) }
        let needed = missing.filter { !$0.isOptional }
        let viewing = Set(RequiredPermission.needed(by: features ?? [], forPlan: true).map(\.name))
        let writing = Set(permissions.filter { !$0.isOptional }.map(\.name)).subtracting(viewing)
        if viewing.isSubset(of: held), held.isDisjoint(with: writing) {
            let message = "the account can only view, which is enough to plan, but not to apply"
            return [Finding("permissions", .problem, message, advice: bootstrap)] + surplus
        }
        let present = permissions.count - missing.count
        var findings: [Finding] = []
        if needed.isEmpty {
            findings.append(
                Finding("permissions", .ok, "\(present) of \(permissions.count), everything that a pass needs")
            )
        }
        findings += missing.map { permission in
            Finding(
                "permission",
                permission.isOptional ? .warning : .problem,
                "\(permission.name) is missing: to \(permission.purpose)",
                advice: "grant it to a role of '\(account.username)'; \(bootstrap)"
            )
        }
        return findings + surplus
    }

    /// Permissions of a role that no request of this program needs.
    private func needless(_ held: Set<String>, of role: RoleRecord, _ account: Account) -> [Finding] {
        // Without a file its needs are unknown.
        let used = features == nil ? RequiredPermission.needed(by: Set(FileFeature.allCases)) : permissions
        let surplus = held.subtracting(used.map(\.name)).sorted()
        guard !surplus.isEmpty else { return [] }
        // The role created by 'bootstrap' has the name of its account.
        let command = Bootstrap.trimming(role.name, invocation)
        return [
            Finding(
                "permissions",
                .warning,
                "\(surplus.count) of the role '\(role.name)' are not needed, and a leaked token could use them: "
                    + surplus.joined(separator: ", "),
                advice: role.name == account.username
                    ? "to remove them, run with an administrator's token: \(command)"
                    : "remove them from the role '\(role.name)'"
            )
        ]
    }

    /// If a release does not report an account's roles, reading is tried; writing only shows when it happens.
    private func reading() async throws -> [Finding] {
        var findings: [Finding] = []
        var reads: [@Sendable (AuthentikClient) async throws -> Void] = [
            { _ = try await $0.listedApplications() },
            { _ = try await $0.providers() },
            { _ = try await $0.entitlements(named: "reconcile") },
            { _ = try await $0.flows() },
            { _ = try await $0.keys() },
            { _ = try await $0.scopeMappings() },
        ]
        for use in RequestUse.needed(by: features ?? []) where use.feature != nil && use.method == "GET" {
            reads.append { try await $0.look(at: use.endpoint) }
        }
        for read in reads {
            do {
                try await read(client)
            } catch let error as AuthentikError where error.kind == .permissionDenied {
                let message = "\(error.permission ?? "a permission") is missing"
                findings.append(Finding("permission", .problem, message, advice: bootstrap))
            }
        }
        guard findings.isEmpty else { return findings }
        return [
            Finding("permissions", .ok, "the account can read everything that a pass reads"),
            Finding("permissions", .skipped, "what it can write cannot be looked up in this release"),
        ]
    }
}
