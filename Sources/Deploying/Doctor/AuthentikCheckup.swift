package import AuthentikAPI
import CurlTransport

/// Looks whether Authentik can be reached, is of a known release, takes the token, and lets its account do what passes do.
///
/// It only reads.
package struct AuthentikCheckup: Sendable {
    package var client: AuthentikClient
    package var permissions = RequiredPermission.all

    package init(client: AuthentikClient) {
        self.client = client
    }

    private static let bootstrap =
        "with an administrator's token, 'reconcile bootstrap' makes an account that has all, and its token"

    /// - Throws: `CancellationError`.
    package func findings() async throws -> [Finding] {
        let release: Release
        do {
            release = try await client.release()
        } catch let error as AuthentikError {
            return unreachable(error) + [
                Finding("permissions", .skipped, "not looked at")
            ]
        }
        var findings = [Finding("Authentik", .ok, "\(client.address) answers"), known(release)]
        do {
            let account = try await client.account()
            findings.append(token(of: account))
            findings += account.isSuperuser ? [] : try await rights(of: account)
        } catch let error as AuthentikError {
            findings.append(Finding("token", .problem, "\(error)", advice: Self.bootstrap))
        }
        return findings
    }

    // MARK: - The way there

    private func unreachable(_ error: AuthentikError) -> [Finding] {
        let reached = Finding("Authentik", .ok, "\(client.address) answers")
        switch error.kind {
        case .invalidToken:
            let advice = "make one with intent 'API' that does not expire; \(Self.bootstrap)"
            return [reached, Finding("token", .problem, "Authentik refuses it: \(error.message)", advice: advice)]
        case .notAuthentik, .undecodable:
            let advice = "give the address under which its login page is, with its path if it has one"
            return [Finding("Authentik", .problem, "what answers is no Authentik: \(error)", advice: advice)]
        case .unavailable, .throttled, .serverError:
            let advice = "it may be starting: try again in a minute, and see its log"
            return [Finding("Authentik", .problem, "\(error)", advice: advice)]
        default: break
        }
        let advice =
            switch error.transport?.kind {
            case .unknownHost: "check the host's name in the address, and that this machine can look it up"
            case .tls:
                "its certificate is not trusted here: check the host's name, or name its authority with --ca-file"
            case .unreachable, .timedOut:
                "check the address and its port, and what stands between: a NetworkPolicy, a firewall, a proxy"
            default: "check the address"
            }
        return [Finding("Authentik", .problem, "\(error)", advice: advice)]
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
            let advice = "it will most likely do; see whether there is a newer 'reconcile'"
            return Finding("release", .warning, "\(release) is newer than this program knows", advice: advice)
        }
        return Finding("release", .ok, "\(release)")
    }

    // MARK: - What the account may do

    private func token(of account: Account) -> Finding {
        guard account.isSuperuser else { return Finding("token", .ok, "of the account '\(account.username)'") }
        let message = "of '\(account.username)', a superuser, who may do everything"
        let advice = "'reconcile bootstrap' makes an account that may do no more than it has to"
        return Finding("token", .warning, message, advice: advice)
    }

    private func rights(of account: Account) async throws -> [Finding] {
        guard let roles = account.roles else { return try await reading() }
        var held: Set<String> = []
        for role in roles { held.formUnion(try await client.permissions(ofRole: role)) }
        let missing = permissions.filter { !held.contains($0.name) }
        let needed = missing.filter { !$0.isOptional }
        let present = permissions.count - missing.count
        var findings: [Finding] = []
        if needed.isEmpty {
            findings.append(Finding("permissions", .ok, "\(present) of \(permissions.count), all that a pass needs"))
        }
        findings += missing.map { permission in
            Finding(
                "permission",
                permission.isOptional ? .warning : .problem,
                "\(permission.name) is missing: to \(permission.purpose)",
                advice: "give it to a role of '\(account.username)'; \(Self.bootstrap)"
            )
        }
        return findings
    }

    /// Where a release does not tell an account its roles, reading is tried; what it may write shows when it does.
    private func reading() async throws -> [Finding] {
        var findings: [Finding] = []
        let reads: [(String, @Sendable (AuthentikClient) async throws -> Void)] = [
            ("authentik_core.view_application", { _ = try await $0.listedApplications() }),
            ("authentik_providers_oauth2.view_oauth2provider", { _ = try await $0.providers() }),
            ("authentik_core.view_applicationentitlement", { _ = try await $0.entitlements(named: "reconcile") }),
            ("authentik_flows.view_flow", { _ = try await $0.flows() }),
            ("authentik_crypto.view_certificatekeypair", { _ = try await $0.keys() }),
            ("authentik_providers_oauth2.view_scopemapping", { _ = try await $0.scopeMappings() }),
        ]
        for (permission, read) in reads {
            do {
                try await read(client)
            } catch let error as AuthentikError where error.kind == .permissionDenied {
                findings.append(
                    Finding("permission", .problem, "\(permission) is missing", advice: Self.bootstrap)
                )
            }
        }
        guard findings.isEmpty else { return findings }
        return [
            Finding("permissions", .ok, "it may read all that a pass reads"),
            Finding("permissions", .skipped, "what it may write cannot be looked up in this release"),
        ]
    }
}
