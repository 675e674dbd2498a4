import Applying
import AuthentikSandbox
import DesiredState
import FoundationEssentials
import JSON
import Planning
import TestSupport
import Testing

/// Random worlds and random files: what holds after one pass, whatever it found and wherever it was killed.
///
/// `RECONCILE_WORLDS` says how many worlds, `RECONCILE_SEED` which one is the first: a failure names the seed of its
/// world. The same 150 unless told otherwise, so that a change is judged by itself; nightly, others:
/// `RECONCILE_WORLDS=10000 RECONCILE_SEED=$(date +%s) swift test --filter PropertyTests`.
@Suite(.timeLimit(.minutes(60))) struct PropertyTests {
    @Test func `random worlds`() async throws {
        print("\(RandomWorlds.count(usual: 150)) random worlds from RECONCILE_SEED=\(RandomWorlds.first) on")
        try await RandomWorlds.forEach(usual: 150, Self.check)
    }

    private static func check(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let file = RandomFile(&random)
        let worldSeed = random.next()
        let configuration = Sandbox.Configuration(token: "sandbox-token")
        let (start, end, requests, writes) = try await withRandomWorld(configuration) { homelab in
            try await RandomWorld.make(homelab.admin, seed: worldSeed)
            let start = homelab.sandbox.state
            let before = try await homelab.rawWorld()
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: file.desired).run()
            let requests = homelab.sandbox.requests.count
            let writes = homelab.writes.count
            try await expectGood(homelab, report, file.desired, before, seed)
            return (start, try await homelab.state(), requests, writes)
        }

        // The same world again, in which the process is killed somewhere.
        var killed = configuration
        killed.state = start
        let killing = Killing(within: requests, &random)
        try await withRandomWorld(killed) { homelab in
            homelab.sandbox.faults.set(killing.faults)
            _ = try? await homelab.makePass(of: file.desired).run()
            homelab.sandbox.faults.set(FaultPlan())
            _ = try await homelab.makePass(of: file.desired).run()
            let state = try await homelab.state()
            #expect(
                comparable(state).difference(from: comparable(end)) == [],
                "seed \(seed): \(killing), another world comes out"
            )
        }

        // Once more: the process is killed with a write in flight, which lands after the next pass has looked.
        let late = Int.random(in: 0..<max(writes, 1), using: &random)
        let delay = random.chance(50) ? 1 : 2
        try await withRandomWorld(killed) { homelab in
            homelab.sandbox.faults.set(
                FaultPlan(rules: [
                    FaultRule(.revoked, after: requests - writes + late + 1),
                    FaultRule(.late(delay), after: late, times: 1),
                ])
            )
            _ = try? await homelab.makePass(of: file.desired).run()
            homelab.sandbox.faults.set(FaultPlan())
            let report = try await homelab.makePass(of: file.desired).run()
            let failures = report.outcomes.compactMap { $0.failure.map(\.message) }
            #expect(failures == [], "seed \(seed): write \(late) lands late")
            let state = try await homelab.state()
            #expect(
                comparable(state).difference(from: comparable(end)) == [],
                "seed \(seed): write \(late) lands late, and another world comes out"
            )
        }
    }

    /// Without what Authentik makes up: pks, and the secrets of public clients.
    static func comparable(_ state: AuthentikState) -> AuthentikState {
        var state = state.withoutPKs
        state.providers = state.providers.map { provider in
            guard var object = provider.object, object["client_secret"]?.string?.count == 128 else { return provider }
            object["client_secret"] = nil
            return .object(object)
        }
        return state
    }

    private static func expectGood(
        _ homelab: Homelab,
        _ report: PassReport,
        _ desired: DesiredState,
        _ before: RawWorld,
        _ seed: UInt64
    ) async throws {
        let failures = report.outcomes.compactMap { outcome in
            outcome.failure.map { "\(outcome.plan.slug): \($0.message) \($0.fields)" }
        }
        #expect(failures == [], "seed \(seed)")
        let plan = try await homelab.makePass(of: desired).plan().plan
        #expect(plan.changing.map(\.slug) == [], "seed \(seed): the second plan is not empty")

        let after = try await homelab.rawWorld()
        let protected = Protected(before, desired)
        let kept = Protected(after, of: protected)
        #expect(kept.applications == protected.applications, "seed \(seed): an application that is not ours changed")
        #expect(kept.providers == protected.providers, "seed \(seed): a provider that is not ours changed")
        #expect(kept.marks == protected.marks, "seed \(seed): a mark that is not ours changed")

        let decisions = Dictionary(report.outcomes.map { ($0.plan.slug, $0.plan.decision) }, uniquingKeysWith: { $1 })
        for service in desired.services {
            let rows = after.applications.values.filter { $0["slug"]?.string == service.slug }
            guard let decision = decisions[service.slug], decision != .conflict, decision != .blocked else { continue }
            let isPresent = service.state == .present
            let isHeld = report.outcomes.contains { $0.plan.slug == service.slug && $0.plan.deletion?.isHeld == true }
            if !isHeld { #expect(rows.count == (isPresent ? 1 : 0), "seed \(seed): '\(service.slug)'") }
            guard let declared = service.provider, let application = rows.first else { continue }
            let own = after.providers.values.filter { $0["name"]?.string == declared.name }
            #expect(own.count == 1, "seed \(seed): providers of '\(service.slug)'")
            #expect(own.first?["pk"] == application["provider"], "seed \(seed): the link of '\(service.slug)'")
        }
    }
}
