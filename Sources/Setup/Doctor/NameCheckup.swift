package import AuthentikAPI
package import DesiredState
import Kinds
import Planning

/// Checks that Authentik has each flow, key, scope, group, user and policy that a file names; it only reads.
package struct NameCheckup: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState

    package init(client: AuthentikClient, desired: DesiredState) {
        self.client = client
        self.desired = desired
    }

    /// One finding for each name that blocks services, or one for all.
    ///
    /// - Throws: `CancellationError`.
    package func findings() async throws -> [Finding] {
        let subjects = desired.accessSubjects
        let hasLogin = desired.services.contains { $0.state == .present && $0.login != nil }
        guard hasLogin || !subjects.isEmpty else { return [] }
        let observed: ObservedState
        do {
            async let release = client.release()
            async let flows = client.flows()
            async let keys = client.keys()
            async let scopeMappings = client.scopeMappings()
            async let providers = desired.federatesProviders ? client.providers() : []
            async let sources = desired.federatesSources ? client.sources() : []
            async let groups = subjects[.group] == nil ? [] : client.groups()
            async let users = client.users(named: subjects[.user] ?? [])
            async let policies = subjects[.policy] == nil ? [] : client.policies()
            var found = ObservedState(
                release: try await release,
                providers: try await providers,
                flows: try await flows,
                keys: try await keys,
                scopeMappings: try await scopeMappings
            )
            found.sources = try await sources
            found.groups = try await groups
            found.access = ObservedAccess(users: try await users, policies: try await policies)
            observed = found
        } catch let error as AuthentikError {
            return [Finding("names", .skipped, "the names that the file uses cannot be looked up: \(error)")]
        }
        let mistakes = NameMistake.all(in: desired, observed)
        guard !mistakes.isEmpty else {
            return [
                Finding(
                    "names",
                    .ok,
                    "Authentik has every flow, key, scope, group, user and policy that the file names"
                )
            ]
        }
        return mistakes.map { mistake in
            let first = mistake.slugs.first ?? ""
            let others = mistake.slugs.count - 1
            let place = mistake.location.map { "\($0): " } ?? ""
            let advice = [mistake.hint ?? "correct it in the file, or create it in Authentik", mistake.names]
            return Finding(
                "names",
                .problem,
                "\(place)\(mistake.message), which blocks '\(first)'\(others == 0 ? "" : " and \(others) more")",
                advice: advice.compactMap(\.self).joined(separator: "; ")
            )
        }
    }
}
