package import KubernetesAPI

/// Checks whether the Kubernetes API can be reached, and grants what the file and the daemon need.
///
/// Each permission is checked by an access review on the server, which any account may request
/// (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access).
package struct KubernetesCheckup: Sendable {
    package var client: KubernetesClient
    package var needed: [NeededAccess]

    /// The command that grants what is missing.
    package var roles: String

    package init(client: KubernetesClient, needed: [NeededAccess], roles: String = "reconcile rbac") {
        self.client = client
        self.needed = needed
        self.roles = roles
    }

    /// - Throws: `CancellationError`.
    package func findings() async throws -> [Finding] {
        let server = client.configuration.server
        var allowed = 0
        var findings: [Finding] = []
        for access in needed {
            do {
                if try await client.mayI(access.verb, access.resource, access.object) {
                    allowed += 1
                } else {
                    let missing = MissingPermission(verb: access.verb, resource: access.resource, object: access.object)
                    findings.append(
                        Finding(
                            "Kubernetes",
                            .problem,
                            "it \(missing)",
                            advice: "needed to \(access.purpose); grant it: \(roles)"
                        )
                    )
                }
            } catch let error as KubernetesError {
                let advice = "the API server is from \(client.configuration.origin)"
                return [Finding("Kubernetes", .problem, "\(error)", advice: advice)]
            }
        }
        guard allowed > 0 else { return findings }
        let rights = "\(allowed) of \(needed.count) permissions are granted"
        return [Finding("Kubernetes", .ok, "\(server) answers, and \(rights)")] + findings
    }
}
