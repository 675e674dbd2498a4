import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import TestSupport

/// A random world with outposts and proxy providers, and a random file with services behind them.
struct ForwardAuthWorld: Sendable {
    static let outposts = "outposts/instances/"
    static let proxies = "providers/proxy/"

    let desired: DesiredState
    let release: Sandbox.Release
    /// What the world is made from.
    let random: RandomSource

    init(seed: UInt64) {
        var random = RandomSource(seed: seed &* 37 &+ 11)
        var desired = RandomFile(&random).desired
        for index in desired.services.indices where random.chance(50) {
            let service = desired.services[index]
            guard service.state == .present else { continue }
            desired.services[index].login = .forwardAuth(Self.forwardAuth(of: service.slug, &random))
        }
        self.desired = desired
        release = Sandbox.Release.allCases[Int(seed % UInt64(Sandbox.Release.allCases.count))]
        self.random = random
    }

    static func forwardAuth(of slug: String, _ random: inout RandomSource) -> ForwardAuth {
        var forwardAuth = ForwardAuth(
            slug: slug,
            externalHost: "https://\(slug).example.net",
            outpost: random.pick(["embedded", "embedded", "edge", "missing"])
        )
        if random.chance(30) {
            forwardAuth.values[ProxyProvider.Row.mode] = .text("proxy")
            forwardAuth.values[ProxyProvider.Row.upstream] = .text("http://\(slug):8080")
        }
        if random.chance(30) { forwardAuth.values[ProxyProvider.fields["skipPaths"]] = .lines(["^/health$"]) }
        return forwardAuth
    }

    /// - Returns: the names of proxy providers that marks of ours name, and of such as have a service's name.
    @discardableResult
    func make(_ homelab: Homelab) async throws -> Set<String> {
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
    static func served(_ homelab: Homelab) async throws -> [String: Set<String>] {
        var served: [String: Set<String>] = [:]
        for outpost in try await homelab.admin.list(outposts) {
            let names = (outpost["providers_obj"]?.array ?? []).compactMap { $0["name"]?.string }
            served[outpost["name"]?.string ?? ""] = Set(names)
        }
        return served
    }

    /// The names of the providers that applications have, by slug.
    static func logins(_ homelab: Homelab) async throws -> [String: String] {
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
    static func outcome(_ homelab: Homelab) async throws -> [String: [String]] {
        var outcome = try await served(homelab).mapValues { $0.sorted() }
        for (slug, name) in try await logins(homelab) { outcome["login of \(slug)"] = [name] }
        for proxy in try await homelab.admin.list(proxies) {
            outcome["proxy \(proxy["name"]?.string ?? "")"] = [
                "mode", "external_host", "internal_host", "skip_path_regex",
            ]
            .map { proxy[$0]?.string ?? "" }
        }
        return outcome
    }
}
