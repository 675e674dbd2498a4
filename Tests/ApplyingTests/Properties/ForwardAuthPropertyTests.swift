import Applying
import AuthentikSandbox
import DesiredState
import Foundation
import JSON
import Kinds
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
    private static let outposts = "outposts/instances/"
    private static let proxies = "providers/proxy/"

    let seed: UInt64
    let desired: DesiredState
    let random: RandomSource

    init(seed: UInt64) {
        self.seed = seed
        var random = RandomSource(seed: seed &* 37 &+ 11)
        var desired = RandomFile(&random).desired
        for index in desired.services.indices where random.chance(50) {
            let service = desired.services[index]
            guard service.state == .present else { continue }
            let host = "https://\(service.slug).example.net"
            var forwardAuth = ForwardAuth(
                slug: service.slug,
                externalHost: host,
                outpost: random.pick(["embedded", "embedded", "edge", "missing"])
            )
            if random.chance(30) {
                forwardAuth.values[ProxyProvider.Row.mode] = .text("proxy")
                forwardAuth.values[ProxyProvider.Row.upstream] = .text("http://\(service.slug):8080")
            }
            if random.chance(30) { forwardAuth.values[ProxyProvider.fields["skipPaths"]] = .lines(["^/health$"]) }
            desired.services[index].login = .forwardAuth(forwardAuth)
        }
        self.desired = desired
        self.random = random
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
            let ours = try await fill(homelab)
            let start = homelab.sandbox.state
            let served = try await self.served(homelab)
            let logins = try await self.logins(homelab)
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: desired).run()
            let requests = homelab.sandbox.requests.count
            _ = try await homelab.makePass(of: desired).run()
            let plan = try await homelab.makePass(of: desired).plan().plan
            #expect(plan.changing.map(\.slug) == [], "seed \(seed): the third plan is not empty")
            let after = try await self.served(homelab)
            for (outpost, providers) in served {
                let lost = providers.subtracting(after[outpost] ?? []).subtracting(ours)
                #expect(lost.isEmpty, "seed \(seed): \(outpost) lost \(lost)")
            }
            // A login that a file wants is not taken away by making another one of it.
            let now = try await self.logins(homelab)
            for outcome in report.outcomes {
                let service = desired.services.first { $0.slug == outcome.plan.slug }
                guard service?.state == .present, service?.login != nil, logins[outcome.plan.slug] != nil else {
                    continue
                }
                #expect(now[outcome.plan.slug] != nil, "seed \(seed): \(outcome.plan.slug) lost its login")
            }
            return (start, try await outcome(homelab), requests)
        }
    }

    /// - Returns: the names of proxy providers that marks of ours name, and of such as have a service's name.
    private func fill(_ homelab: Homelab) async throws -> Set<String> {
        var random = random
        let admin = homelab.admin
        try await RandomWorld.make(admin, seed: random.next())
        var ours: Set<String> = []
        homelab.sandbox.change { $0.addOutpost(name: "edge", providers: ["theirs"]) }
        let flows = (
            try await admin.flow("default-provider-authorization-implicit-consent"),
            try await admin.flow("default-provider-invalidation-flow")
        )
        var pks: [JSONValue] = []
        for slug in RandomFile.slugs + ["z"] where random.chance(45) {
            let name = random.pick([slug, slug, "proxy of \(slug)"])
            let taken = try await admin.list("providers/all/").contains { $0["name"]?.string == name }
            if taken { continue }
            let body: JSONValue = [
                "name": .string(name), "mode": "forward_single",
                "external_host": .string("https://\(slug).example.net"),
                "authorization_flow": flows.0, "invalidation_flow": flows.1,
            ]
            let pk = try await admin.send("POST", Self.proxies, body)["pk"] ?? .null
            pks.append(pk)
            ours.insert(name)
            guard let application = try? await admin.application(slug), random.chance(60) else { continue }
            if application["provider"]?.isNull == true || random.chance(50) {
                try await admin.changeApplication(slug, ["provider": pk])
            }
            guard random.chance(60), let mark = try await admin.mark(of: slug)?.object, mark["owner"] == "ours" else {
                continue
            }
            var attributes = mark
            attributes["provider"] = pk
            let app = application["pk"]?.string ?? ""
            let entitlement = try await admin.list("core/application_entitlements/?app=\(app)").first {
                $0["name"] == "authentik-reconciler"
            }
            let path = "core/application_entitlements/\(entitlement?["pbm_uuid"]?.string ?? "")/"
            try await admin.send("PATCH", path, ["attributes": .object(attributes)])
        }
        let embedded = try await admin.list(Self.outposts).first { $0["name"]?.string == SandboxState.embeddedOutpost }
        let list = pks.filter { _ in random.chance(50) }
        let path = "\(Self.outposts)\(embedded?["pk"]?.string ?? "")/"
        try await admin.send("PATCH", path, ["providers": .array(list)])
        return ours
    }

    /// The names of what each outpost serves.
    private func served(_ homelab: Homelab) async throws -> [String: Set<String>] {
        var served: [String: Set<String>] = [:]
        for outpost in try await homelab.admin.list(Self.outposts) {
            let names = (outpost["providers_obj"]?.array ?? []).compactMap { $0["name"]?.string }
            served[outpost["name"]?.string ?? ""] = Set(names)
        }
        return served
    }

    /// The names of the providers that applications have, by slug.
    private func logins(_ homelab: Homelab) async throws -> [String: String] {
        var logins: [String: String] = [:]
        for application in try await homelab.admin.list("core/applications/?superuser_full_list=true") {
            guard let slug = application["slug"]?.string, let name = application["provider_obj"]?["name"]?.string else {
                continue
            }
            logins[slug] = name
        }
        return logins
    }

    /// What a pass makes of a world, as far as it does not depend on what Authentik makes up.
    private func outcome(_ homelab: Homelab) async throws -> [String: [String]] {
        var outcome = try await served(homelab).mapValues { $0.sorted() }
        for (slug, name) in try await logins(homelab) { outcome["login of \(slug)"] = [name] }
        for proxy in try await homelab.admin.list(Self.proxies) {
            outcome["proxy \(proxy["name"]?.string ?? "")"] = [
                "mode", "external_host", "internal_host", "skip_path_regex",
            ]
            .map { proxy[$0]?.string ?? "" }
        }
        return outcome
    }
}
