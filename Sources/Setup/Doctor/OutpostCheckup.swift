package import AuthentikAPI
import Base
package import DesiredState
import Kinds
import Planning

/// Checks whether each outpost that services name exists, serves forward-auth, and runs, without writing anything.
package struct OutpostCheckup: Sendable {
    package var client: AuthentikClient
    package var desired: DesiredState

    package init(client: AuthentikClient, desired: DesiredState) {
        self.client = client
        self.desired = desired
    }

    /// One finding for each outpost; none for a file without forward-auth, for which nothing is read.
    ///
    /// - Throws: `CancellationError`.
    package func findings() async throws -> [Finding] {
        guard desired.usesForwardAuth else { return [] }
        let outposts: [Outpost]
        do {
            outposts = try await client.outposts()
        } catch let error as AuthentikError {
            return [Finding("outpost", .skipped, "outposts cannot be looked up: \(error)")]
        }
        var findings: [Finding] = []
        for use in OutpostUse.all(of: desired.services, among: outposts) {
            findings.append(try await finding(use))
        }
        return findings
    }

    private func finding(_ use: OutpostUse) async throws -> Finding {
        let services = Self.list(use.slugs)
        guard var outpost = use.outpost else {
            let advice = use.hint ?? "name a proxy outpost in the file, or create one in Authentik"
            let message = "\(use.mistake ?? "there is no outpost"), which blocks \(services)"
            return Finding("outpost", .problem, message, advice: advice)
        }
        outpost.health = try await client.health(of: outpost)
        switch outpost.health {
        case .seen(let time):
            return Finding("outpost", .ok, "'\(outpost.name)', which serves \(services), was last seen at \(time)")
        case .notSeen:
            let absence = outpost.absence ?? "the outpost '\(outpost.name)' was not seen"
            let message = "\(absence), so nobody can reach \(services)"
            return Finding("outpost", .problem, message, advice: Self.advice(outpost))
        case .unknown(let reason):
            let message = "unknown whether '\(outpost.name)', which serves \(services), is running: \(reason)"
            return Finding("outpost", .skipped, message)
        }
    }

    /// `'trivy' and 2 more`.
    private static func list(_ slugs: [String]) -> String {
        let others = slugs.count - 1
        return "'\(slugs.first ?? "")'\(others <= 0 ? "" : " and \(others) more")"
    }

    private static func advice(_ outpost: Outpost) -> String {
        guard outpost.isEmbedded else {
            return
                "start it with Authentik's address and its own token (AUTHENTIK_HOST, AUTHENTIK_TOKEN), and check its log"
        }
        return "it runs inside Authentik's server: check the server's log, and whether "
            + "AUTHENTIK_OUTPOSTS__DISABLE_EMBEDDED_OUTPOST is set"
    }
}
