import Applying
import AuthentikSandbox
import DesiredState
import Planning
import TestSupport
import Testing

/// Random worlds and files with services behind outposts: a second pass has nothing to do, what others put into an outpost
/// stays there, and a pass that was stopped anywhere is finished by the next one.
///
/// `RECONCILE_WORLDS` and `RECONCILE_SEED` say how many and which, as for ``PropertyTests``; 40 unless told otherwise.
@Suite(.timeLimit(.minutes(60))) struct ForwardAuthPropertyTests {
    @Test func `random worlds with outposts`() async throws {
        try await RandomWorlds.forEach(usual: 40) { try await ForwardAuthTrial(seed: $0).run() }
    }
}

private struct ForwardAuthTrial: Sendable {
    let seed: UInt64
    private let world: ForwardAuthWorld

    private var desired: DesiredState { world.desired }

    init(seed: UInt64) {
        self.seed = seed
        world = ForwardAuthWorld(seed: seed)
    }

    func run() async throws {
        var configuration = Sandbox.Configuration(release: world.release, token: "sandbox-token")
        let (start, end, requests) = try await whole(configuration)
        configuration.state = start
        var random = world.random
        let killing = Killing(within: requests, &random)
        try await withRandomWorld(configuration) { homelab in
            homelab.sandbox.faults.set(killing.faults)
            _ = try? await homelab.makePass(of: desired).run()
            homelab.sandbox.faults.set(FaultPlan())
            for _ in 0..<2 { _ = try await homelab.makePass(of: desired).run() }
            let again = try await ForwardAuthWorld.outcome(homelab)
            #expect(again == end, "seed \(seed): \(killing)")
        }
    }

    private func whole(
        _ configuration: Sandbox.Configuration
    ) async throws -> (start: SandboxState, end: [String: [String]], requests: Int) {
        try await withRandomWorld(configuration) { homelab in
            let ours = try await world.make(homelab)
            let start = homelab.sandbox.state
            let served = try await ForwardAuthWorld.served(homelab)
            let logins = try await ForwardAuthWorld.logins(homelab)
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: desired).run()
            let requests = homelab.sandbox.requests.count
            _ = try await homelab.makePass(of: desired).run()
            let plan = try await homelab.makePass(of: desired).plan().plan
            #expect(plan.changing.map(\.slug) == [], "seed \(seed): the third plan is not empty")
            let after = try await ForwardAuthWorld.served(homelab)
            for (outpost, providers) in served {
                let lost = providers.subtracting(after[outpost] ?? []).subtracting(ours)
                #expect(lost.isEmpty, "seed \(seed): \(outpost) lost \(lost)")
            }
            // A login that a file wants is not taken away by making another one of it.
            let now = try await ForwardAuthWorld.logins(homelab)
            for outcome in report.outcomes {
                let service = desired.services.first { $0.slug == outcome.plan.slug }
                guard service?.state == .present, service?.login != nil, logins[outcome.plan.slug] != nil else {
                    continue
                }
                #expect(now[outcome.plan.slug] != nil, "seed \(seed): \(outcome.plan.slug) lost its login")
            }
            return (start, try await ForwardAuthWorld.outcome(homelab), requests)
        }
    }
}
