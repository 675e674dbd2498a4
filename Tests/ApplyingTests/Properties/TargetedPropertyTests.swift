import AuthentikAPI
import AuthentikSandbox
import DesiredState
import Foundation
import JSON
import Kinds
import Planning
import Synchronization
import TestSupport
import Testing

@testable import Applying

/// Random changes by others and edits of the file, in random worlds: a pass that reads only the services that these concern
/// ends in the same world as one that looks at everything.
///
/// `RECONCILE_WORLDS` and `RECONCILE_SEED` say how many and which, as for ``PropertyTests``; 40 of each kind unless told
/// otherwise.
@Suite(.timeLimit(.minutes(60))) struct TargetedPropertyTests {
    @Test func `random changes`() async throws {
        let looks = Looks()
        try await RandomWorlds.forEach(usual: 40) { seed in
            var random = RandomSource(seed: seed)
            let file = RandomFile(&random)
            let worldSeed = random.next()
            let trial = TargetedTrial(seed: seed, desired: file.desired, release: .december2025, looks: looks)
            try await trial.run { try await RandomWorld.make($0.admin, seed: worldSeed) }
        }
        looks.expectMostTargeted()
    }

    @Test func `random changes of who may open what`() async throws {
        let looks = Looks()
        try await RandomWorlds.forEach(usual: 40) { seed in
            let world = AccessWorld(seed: seed)
            let trial = TargetedTrial(
                seed: seed,
                desired: world.desired,
                release: world.access.release,
                looks: looks
            )
            try await trial.run { try await world.make($0) }
        }
        looks.expectMostTargeted()
    }
}

/// How many passes read single services, and why the others did not.
private final class Looks: Sendable {
    private let fallbacks = Mutex<[String?]>([])

    func note(_ look: PassLook) { fallbacks.withLock { $0.append(look.isFull ? look.fallback ?? "?" : nil) } }

    func expectMostTargeted() {
        let all = fallbacks.withLock { $0 }
        let reasons = Dictionary(grouping: all.compactMap(\.self)) { $0.prefix(24) }.mapValues(\.count)
        print("\(all.count { $0 == nil }) of \(all.count) passes read single services; the others: \(reasons)")
        #expect(all.count { $0 == nil } * 4 > all.count)
    }
}

private struct TargetedTrial: Sendable {
    let seed: UInt64
    let desired: DesiredState
    let release: Sandbox.Release
    let looks: Looks

    func run(make: @Sendable (Homelab) async throws -> Void) async throws {
        let configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        try await withRandomWorld(configuration) { homelab in
            try await make(homelab)
            var random = RandomSource(seed: seed &* 29 &+ 3)
            var desired = desired
            let snapshots = SnapshotStore()
            var report = try await homelab.pass(of: desired, snapshots)
            for round in 1...4 {
                let client = try await homelab.makePass(of: desired).client
                let last = try await client.newestEvents(1).first?.pk
                var changes: [String] = []
                for _ in 0..<Int.random(in: 1...2, using: &random) {
                    changes.append(await change(homelab, report.outcomes.map(\.plan.slug), &random))
                }
                if random.chance(25) { changes.append(edit(&desired, &random)) }
                var scope = PassScope.services([])
                for event in try await client.newestEvents(100).prefix(while: { $0.pk != last }) {
                    if let changed = report.objects.scope(of: event) { scope.formUnion(changed) }
                }
                let start = homelab.sandbox.state
                snapshots.haveFullLookCost(1_000)
                report = try await homelab.pass(of: desired, snapshots, scope)
                looks.note(report.look)
                try await expectSame(homelab, start, desired, "round \(round), \(changes), \(report.look)")
            }
        }
    }

    private func expectSame(
        _ homelab: Homelab,
        _ start: SandboxState,
        _ desired: DesiredState,
        _ story: String
    ) async throws {
        var configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        configuration.state = start
        try await withRandomWorld(configuration) { other in
            _ = try await other.pass(of: desired, nil)
            let (own, full) = (try await homelab.state(), try await other.state())
            let difference = PropertyTests.comparable(own).withoutBindingPKs.difference(
                from: PropertyTests.comparable(full).withoutBindingPKs
            )
            #expect(difference == [], "seed \(seed): \(story): another world than a full pass makes")
            for slug in (own.applications + full.applications).compactMap({ $0["slug"]?.string }) {
                let bound = homelab.sandbox.state.bound(slug).sorted()
                #expect(bound == other.sandbox.state.bound(slug).sorted(), "seed \(seed): \(story): \(slug)")
            }
        }
    }

    // MARK: - What others do

    /// - Returns: what was done, for the message of a failure; also what Authentik refused.
    private func change(_ homelab: Homelab, _ managed: [String], _ random: inout RandomSource) async -> String {
        let admin = homelab.admin
        let slug = random.pick(managed.isEmpty ? ["a"] : managed)
        let other = random.pick(RandomFile.slugs + ["x"])
        let kind = Int.random(in: 0..<14, using: &random)
        do {
            let application = try await admin.application(slug)
            let provider = application["provider"]?.integer.map { "providers/oauth2/\($0)/" }
            let pk = application["pk"]?.string ?? ""
            let mark = try await admin.list("core/application_entitlements/?app=\(pk)").first
            let markPath = "core/application_entitlements/\(mark?["pbm_uuid"]?.string ?? "")/"
            switch kind {
            case 0: try await admin.changeApplication(slug, ["name": "By hand", "meta_launch_url": "https://by.hand/"])
            case 1: try await admin.changeApplication(slug, ["slug": .string("\(slug)-by-hand")])
            case 2: try await admin.changeApplication(slug, ["provider": nil])
            case 3: try await admin.deleteApplication(slug)
            case 4:
                try await admin.deleteApplication(slug)
                try await admin.send("POST", "core/applications/", ["name": "Anew", "slug": .string(slug)])
            case 5: if let provider { try await admin.send("DELETE", provider) }
            case 6:
                if let provider {
                    let uris: JSONValue = [["matching_mode": "strict", "url": "https://by.hand/callback"]]
                    try await admin.send(
                        "PATCH",
                        provider,
                        ["redirect_uris": uris, "access_code_validity": "minutes=9"]
                    )
                }
            case 7:
                if let provider {
                    try await admin.send(
                        "PATCH",
                        provider,
                        ["name": .string("\(other) by hand"), "client_id": "by-hand"]
                    )
                }
            case 8: try await admin.send("DELETE", markPath)
            case 9: try await admin.send("PATCH", markPath, ["attributes": ["owner": "theirs", "slug": .string(slug)]])
            case 10:
                try await admin.deleteApplication(slug)
                if let provider { try await admin.send("DELETE", provider) }
            case 11:
                let binding = try await admin.list("policies/bindings/").first { $0["target"]?.string == pk }
                if let pk = binding?["pk"]?.string { try await admin.send("DELETE", "policies/bindings/\(pk)/") }
            case 12:
                let group = try await admin.list("core/groups/").first?["pk"] ?? .null
                let body: JSONValue = ["target": .string(pk), "group": group, "order": 9]
                try await admin.send("POST", "policies/bindings/", body)
            default:
                let taken = try await admin.application(other)["provider"] ?? .null
                try await admin.changeApplication(other, ["provider": nil])
                try await admin.changeApplication(slug, ["provider": taken])
            }
            return "\(kind) of \(slug) (\(other))"
        } catch {
            return "\(kind) of \(slug) refused"
        }
    }

    private func edit(_ desired: inout DesiredState, _ random: inout RandomSource) -> String {
        guard !desired.services.isEmpty else { return "no edit" }
        let index = Int.random(in: desired.services.indices, using: &random)
        let slug = desired.services[index].slug
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            desired.services[index]["group"] = .text(random.pick(["Apps", "Tools"]))
            return "\(slug) edited"
        case 1:
            desired.services.remove(at: index)
            return "\(slug) left the file"
        default:
            desired.services[index].login = nil
            return "\(slug) lost its login"
        }
    }
}

extension SnapshotStore {
    /// Has the next pass believe that lists are that expensive: here they hardly cost anything.
    fileprivate func haveFullLookCost(_ reads: Int) {
        var snapshot = take()
        snapshot?.full.reads = reads
        keep(snapshot)
    }
}
