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
/// `RECONCILE_WORLDS` and `RECONCILE_SEED` say how many and which, as for ``PropertyTests``; 20, 14 or 8 of each kind unless
/// told otherwise.
@Suite(.timeLimit(.minutes(60))) struct TargetedPropertyTests {
    @Test func `random changes`() async throws {
        let looks = Looks()
        try await RandomWorlds.forEach(usual: 20) { seed in
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
        try await RandomWorlds.forEach(usual: 20) { seed in
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

    @Test func `random changes of what outposts serve`() async throws {
        let looks = Looks()
        try await RandomWorlds.forEach(usual: 14) { seed in
            let world = ForwardAuthWorld(seed: seed)
            var trial = TargetedTrial(seed: seed, desired: world.desired, release: world.release, looks: looks)
            trial.isBehindOutposts = true
            try await trial.run { try await world.make($0) }
        }
        looks.expectMostTargeted()
    }

    /// The account may do anything but change OAuth2 providers, whose secrets it is not shown for that reason.
    @Test func `random changes where secrets are not shown`() async throws {
        let looks = Looks()
        try await RandomWorlds.forEach(usual: 8) { seed in
            let world = ForwardAuthWorld(seed: seed)
            var trial = TargetedTrial(seed: seed, desired: world.desired, release: .august2026, looks: looks)
            trial.isBehindOutposts = true
            trial.hidesSecrets = true
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
    /// Whether others change what outposts serve, and the file which services are behind them.
    var isBehindOutposts = false
    /// Whether passes run as an account that is not shown client secrets.
    var hidesSecrets = false

    func run(make: @Sendable (Homelab) async throws -> Void) async throws {
        let configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        try await withRandomWorld(configuration) { homelab in
            try await make(homelab)
            var homelab = homelab
            if hidesSecrets { homelab.token = try await homelab.admin.makeAccountWithoutSecrets() }
            var random = RandomSource(seed: seed &* 29 &+ 3)
            var desired = desired
            let snapshots = SnapshotStore()
            var report = try await begin(homelab, desired, snapshots)
            for round in 1...4 {
                let client = try await homelab.makePass(of: desired, token: "sandbox-token").client
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
                try await expectSame(homelab, report, start, desired, "round \(round), \(changes), \(report.look)")
                if hidesSecrets, !snapshots.hasSnapshot { report = try await begin(homelab, desired, snapshots) }
            }
        }
    }

    /// An account that may not change providers begins, and goes on, where one that may has left nothing to do.
    private func begin(
        _ homelab: Homelab,
        _ desired: DesiredState,
        _ snapshots: SnapshotStore
    ) async throws -> PassReport {
        if hidesSecrets { for _ in 0..<2 { _ = try await homelab.makePass(of: desired, token: "sandbox-token").run() } }
        return try await homelab.pass(of: desired, snapshots)
    }

    private func expectSame(
        _ homelab: Homelab,
        _ report: PassReport,
        _ start: SandboxState,
        _ desired: DesiredState,
        _ story: String
    ) async throws {
        var configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        configuration.state = start
        try await withRandomWorld(configuration) { other in
            var other = other
            other.token = homelab.token
            let whole = try await other.pass(of: desired, nil)
            #expect(report.summary == whole.summary, "seed \(seed): \(story): another report than a full pass makes")
            let (own, full) = (try await homelab.state(), try await other.state())
            let difference = PropertyTests.comparable(own).withoutBindingPKs.withoutMadeUpClients.difference(
                from: PropertyTests.comparable(full).withoutBindingPKs.withoutMadeUpClients
            )
            #expect(difference == [], "seed \(seed): \(story): another world than a full pass makes")
            if isBehindOutposts {
                let (own, full) = (
                    try await ForwardAuthWorld.outcome(homelab), try await ForwardAuthWorld.outcome(other)
                )
                #expect(own == full, "seed \(seed): \(story): other outposts than a full pass makes")
            }
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
        let kinds = Array(0..<14) + (isBehindOutposts ? Array(14..<19) : []) + (hidesSecrets ? [19, 19, 19] : [])
        let kind = random.pick(kinds)
        do {
            let application = try await admin.application(slug)
            let isProxy = application["provider_obj"]?["meta_model_name"]?.string == ProxyProvider.model
            let provider = application["provider"]?.integer.map { "providers/\(isProxy ? "proxy" : "oauth2")/\($0)/" }
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
            case 14:
                if isProxy, let provider {
                    let body: JSONValue = [
                        "mode": "proxy", "internal_host": "http://by.hand", "skip_path_regex": "^/by-hand$",
                    ]
                    try await admin.send("PATCH", provider, body)
                }
            case 15:
                if isProxy, let provider {
                    try await admin.send(
                        "PATCH",
                        provider,
                        ["mode": "forward_single", "name": .string("\(other) by hand")]
                    )
                }
            case 16...18:
                let own = application["provider"] ?? .null
                let outposts = try await admin.list(ForwardAuthWorld.outposts)
                let outpost = random.pick(outposts.sorted { ($0["name"]?.string ?? "") < ($1["name"]?.string ?? "") })
                var served = (outpost["providers"]?.array ?? []).filter { $0 != own }
                if kind == 17 { served.append(own) }
                if kind == 18 { served = Array(served.prefix(1)) }
                let path = "\(ForwardAuthWorld.outposts)\(outpost["pk"]?.string ?? "")/"
                try await admin.send("PATCH", path, ["providers": .array(served)])
            case 19: if let provider { try await admin.send("PATCH", provider, ["client_secret": "by-hand"]) }
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
        switch Int.random(in: 0..<(isBehindOutposts ? 5 : 3), using: &random) {
        case 0:
            desired.services[index]["group"] = .text(random.pick(["Apps", "Tools"]))
            return "\(slug) edited"
        case 1:
            desired.services.remove(at: index)
            return "\(slug) left the file"
        case 3, 4:
            guard desired.services[index].state == .present else { return "no edit" }
            desired.services[index].login = .forwardAuth(ForwardAuthWorld.forwardAuth(of: slug, &random))
            return "\(slug) behind \(desired.services[index].forwardAuth?.outpost ?? "")"
        default:
            desired.services[index].login = nil
            return "\(slug) lost its login"
        }
    }
}

extension PassReport {
    /// What became of each service.
    fileprivate var summary: [String: String] {
        let pairs = outcomes.map { outcome in
            let written = outcome.written.map(\.rawValue).sorted()
            let (plan, isFailed) = (outcome.plan, outcome.failure != nil)
            return (plan.slug, "\(plan.decision) \(written) \(plan.notes)\(isFailed ? " failed" : "")")
        }
        return Dictionary(pairs, uniquingKeysWith: { "\($0); \($1)" })
    }
}

extension AuthentikState {
    /// Without what Authentik makes up for proxy providers.
    fileprivate var withoutMadeUpClients: AuthentikState {
        var state = self
        state.providers = state.providers.map { provider in
            let text = String(decoding: (provider["redirect_uris"] ?? .null).serialized(), as: UTF8.self)
            guard var object = provider.object, text.contains("X-authentik-auth-callback") else { return provider }
            (object["client_id"], object["client_secret"]) = (nil, nil)
            return .object(object)
        }
        return state
    }
}

extension Admin {
    /// - Returns: the token of an account that is not shown client secrets, from 2026.8.2 on.
    fileprivate func makeAccountWithoutSecrets() async throws -> String {
        let others =
            ["view", "add", "change", "delete"].map { "authentik_providers_proxy.\($0)_proxyprovider" }
            + ["authentik_outposts.view_outpost", "authentik_outposts.change_outpost"]
            + ["authentik_core.delete_application", "authentik_providers_oauth2.delete_oauth2provider"]
            + ["authentik_events.view_event"]
        let permissions = Self.passPermissions.filter { $0 != "authentik_providers_oauth2.change_oauth2provider" }
        return try await makeServiceAccount("without-secrets", permissions: permissions + others)
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
