import Applying
import AuthentikSandbox
import DesiredState
import Foundation
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// Random worlds and files with scope mappings: a second pass has nothing to do, nobody else loses anything, and a pass that
/// was killed anywhere is finished by the next one.
///
/// `RECONCILE_WORLDS` and `RECONCILE_SEED` say how many and which, as for ``PropertyTests``; 40 unless told otherwise.
@Suite(.timeLimit(.minutes(60))) struct ScopeMappingPropertyTests {
    @Test func `random worlds with scope mappings`() async throws {
        try await RandomWorlds.forEach(usual: 40) { try await ScopeMappingTrial(seed: $0).run() }
    }
}

private struct ScopeMappingTrial: Sendable {
    private static let list = "propertymappings/provider/scope/"
    /// What a file declares, and a world has, some of.
    private static let names = ["A", "B", "C", "D"]

    let seed: UInt64
    let desired: DesiredState
    let random: RandomSource

    init(seed: UInt64) {
        self.seed = seed
        var random = RandomSource(seed: seed &* 31 &+ 7)
        var desired = RandomFile(&random).desired
        desired.managesScopeMappings = true
        for name in Self.names where random.chance(60) { desired.scopeMappings.append(Self.mapping(name, &random)) }
        for index in desired.services.indices where random.chance(70) {
            guard desired.services[index].provider != nil else { continue }
            let chosen = Self.names.filter { _ in random.chance(35) }
            let own = chosen.map { FieldValue.Reference(named: $0, isByOwnName: true) }
            desired.services[index].provider?["scopes"] = .references([.init(named: "openid")] + own)
        }
        self.desired = desired
        self.random = random
    }

    private static func mapping(_ name: String, _ random: inout RandomSource) -> DeclaredScopeMapping {
        let place = SourceLocation(file: "services.yaml", line: 1, column: 1)
        var mapping = DeclaredScopeMapping(name: name, location: place, expression: .init(location: place, lines: 1))
        mapping.values[ScopeMapping.Row.scope] = .text(random.pick(["email", "one", "two"]))
        mapping.values[ScopeMapping.Row.expression] = .text(random.pick(["return {}", "return {\"a\": 1}"]))
        mapping.adopt = random.pick([.always, .always, .matching, .never])
        return mapping
    }

    func run() async throws {
        var configuration = Sandbox.Configuration(release: .december2025, token: "sandbox-token")
        let (start, end, requests) = try await whole(configuration)
        configuration.state = start
        var random = random
        let killing = Killing(within: requests, &random)
        try await withRandomWorld(configuration) { homelab in
            homelab.sandbox.faults.set(killing.faults)
            _ = try? await homelab.makePass(of: desired).run()
            homelab.sandbox.faults.set(FaultPlan())
            for _ in 0..<2 { _ = try await homelab.makePass(of: desired).run() }
            let again = try await outcome(homelab)
            #expect(again == end, "seed \(seed): \(killing)")
        }
    }

    private func whole(
        _ configuration: Sandbox.Configuration
    ) async throws -> (start: SandboxState, end: [String: [String]], requests: Int) {
        try await withRandomWorld(configuration) { homelab in
            try await fill(homelab.admin)
            let start = homelab.sandbox.state
            let before = try await (mappings(homelab), providers(homelab))
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: desired).run()
            let requests = homelab.sandbox.requests.count
            for outcome in report.shared { #expect(outcome.failure == nil, "seed \(seed): \(outcome.title)") }
            // Names that are swapped are put right one after the other.
            _ = try await homelab.makePass(of: desired).run()
            let plan = try await homelab.makePass(of: desired).plan().plan
            #expect(plan.changing.map(\.slug) == [], "seed \(seed): the third plan is not empty")
            #expect(
                plan.shared.filter { $0.step != nil }.map(\.title) == [],
                "seed \(seed): the third plan is not empty"
            )
            try await expectOthersKept(homelab, before.0, before.1)
            return (start, try await outcome(homelab), requests)
        }
    }

    private func fill(_ admin: Admin) async throws {
        var random = random
        try await RandomWorld.make(admin, seed: random.next())
        var pks: [JSONValue] = []
        for name in Self.names + ["E", "F"] where random.chance(55) {
            let marks: [JSONValue] = [
                .null, .null, .string("reconcile/ours/\(name)"), .string("reconcile/ours/\(name)"),
                .string("reconcile/others/\(name)"), .string("example.net/\(name)"),
            ]
            let body: JSONValue = [
                "name": .string(name), "scope_name": .string(random.pick(["email", "one", "two"])),
                "expression": .string(random.pick(["return {}", "return 1"])), "managed": random.pick(marks),
            ]
            pks.append(try await admin.send("POST", Self.list, body)["pk"] ?? .null)
        }
        let openid = try await admin.scope("openid")
        for provider in try await admin.list("providers/oauth2/") where random.chance(50) {
            let scopes = [openid] + pks.filter { _ in random.chance(35) }
            let path = "providers/oauth2/\(provider["pk"]?.integer ?? 0)/"
            try await admin.send("PATCH", path, ["property_mappings": .array(scopes)])
        }
    }

    private func mappings(_ homelab: Homelab) async throws -> [JSONValue] {
        try await homelab.admin.list(Self.list)
    }

    private func providers(_ homelab: Homelab) async throws -> [JSONValue] {
        try await homelab.admin.list("providers/oauth2/")
    }

    /// What nobody declared and nobody marked as ours stays as it is, and a provider that was not written to keeps its own.
    private func expectOthersKept(_ homelab: Homelab, _ mappings: [JSONValue], _ providers: [JSONValue]) async throws {
        let after = try await self.mappings(homelab)
        let declared = Set(desired.scopeMappings.map(\.name))
        for mapping in mappings {
            let isOurs = mapping["managed"]?.string?.hasPrefix("reconcile/ours/") ?? false
            if isOurs || declared.contains(mapping["name"]?.string ?? "") { continue }
            #expect(after.contains(mapping), "seed \(seed): \(mapping["name"]?.string ?? "") changed")
        }
        let written = homelab.writes.filter { $0.contains("providers/oauth2/") }
        let left = try await self.providers(homelab)
        for provider in providers {
            let pk = provider["pk"]?.integer ?? 0
            if written.contains(where: { $0.hasSuffix("/\(pk)/") }) { continue }
            let now = left.first { $0["pk"]?.integer == pk }
            #expect(
                Set((now?["property_mappings"]?.array ?? []).compactMap(\.string))
                    == Set((provider["property_mappings"]?.array ?? []).compactMap(\.string)),
                "seed \(seed): the provider \(pk) lost a mapping"
            )
        }
    }

    /// What a pass makes of a world, as far as it does not depend on what Authentik makes up.
    private func outcome(_ homelab: Homelab) async throws -> [String: [String]] {
        let mappings = try await mappings(homelab)
        var names: [String: String] = [:]
        var outcome: [String: [String]] = [:]
        for mapping in mappings {
            let name = mapping["name"]?.string ?? ""
            names[mapping["pk"]?.string ?? ""] = name
            outcome["mapping \(name)"] = ["scope_name", "expression", "managed"].map { mapping[$0]?.string ?? "" }
        }
        for provider in try await providers(homelab) {
            let scopes = (provider["property_mappings"]?.array ?? []).compactMap { $0.string.flatMap { names[$0] } }
            outcome["provider \(provider["name"]?.string ?? "")"] = scopes.sorted()
        }
        return outcome
    }
}
