package import AuthentikAPI
package import DesiredState
import Kinds
import Planning

/// Looks whether Authentik has each flow, key and scope that a file names; it only reads.
package struct NameCheckup: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState

    package init(client: AuthentikClient, desired: DesiredState) {
        self.client = client
        self.desired = desired
    }

    /// One for each name that blocks services, or one for all.
    ///
    /// - Throws: `CancellationError`.
    package func findings() async throws -> [Finding] {
        guard desired.services.contains(where: { $0.state == .present && $0.login != nil }) else { return [] }
        let observed: ObservedState
        do {
            async let release = client.release()
            async let flows = client.flows()
            async let keys = client.keys()
            async let scopeMappings = client.scopeMappings()
            async let providers = desired.federatesProviders ? client.providers() : []
            async let sources = desired.federatesSources ? client.sources() : []
            var found = ObservedState(
                release: try await release,
                providers: try await providers,
                flows: try await flows,
                keys: try await keys,
                scopeMappings: try await scopeMappings
            )
            found.sources = try await sources
            observed = found
        } catch let error as AuthentikError {
            return [Finding("names", .skipped, "those of flows, keys and scopes cannot be looked up: \(error)")]
        }
        let mistakes = NameMistake.all(in: desired, observed)
        guard !mistakes.isEmpty else {
            return [Finding("names", .ok, "Authentik has every flow, key and scope that the file names")]
        }
        return mistakes.map { mistake in
            let first = mistake.slugs.first ?? ""
            let others = mistake.slugs.count - 1
            return Finding(
                "names",
                .problem,
                "\(mistake.message), which blocks '\(first)'\(others == 0 ? "" : " and \(others) more")",
                advice: mistake.hint ?? "correct it in the file, or make it in Authentik"
            )
        }
    }
}
