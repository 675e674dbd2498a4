import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// A login that becomes another kind: bookmark, forward-auth and OpenID Connect, each to each.
///
/// Passes are stopped before each of their writes, and after it with its answer lost. At no moment is an application
/// without a login that had one, and the next pass makes whole what the one before began.
@Suite(.timeLimit(.minutes(60))) struct LoginChangeTests {
    enum Login: String, CaseIterable, Sendable {
        case bookmark, forwardAuth, oauth2

        var service: Service {
            var service = Service(slug: "grafana", location: SourceLocation(file: "services.yaml", line: 1, column: 1))
            service.launchURL = "https://host.example.net:8444"
            switch self {
            case .bookmark: break
            case .forwardAuth:
                service.login = .forwardAuth(
                    ForwardAuth(slug: "grafana", externalHost: "https://host.example.net:8444")
                )
            case .oauth2:
                var provider = Provider(
                    slug: "grafana",
                    redirectURIs: [RedirectURI("https://host.example.net:8444/callback")]
                )
                provider.secret = .environment("GRAFANA_OAUTH_CLIENT_SECRET")
                service.provider = provider
            }
            return service
        }
    }

    struct Change: Sendable, CustomTestStringConvertible {
        var from: Login
        var to: Login
        var prunes: Bool
        var release: Sandbox.Release
        var testDescription: String {
            "\(from.rawValue) to \(to.rawValue)\(prunes ? ", pruned" : "") on \(release.rawValue)"
        }

        /// Between the oldest and the newest release nothing about it changed.
        static let all = [Sandbox.Release.december2024, .december2025, .august2026].flatMap { release in
            Login.allCases.flatMap { from in
                Login.allCases.filter { $0 != from }.flatMap { to in
                    [true, false].map { Change(from: from, to: to, prunes: $0, release: release) }
                }
            }
        }

        func desired(_ login: Login) -> DesiredState {
            var other = Service(slug: "other", location: SourceLocation(file: "services.yaml", line: 9, column: 1))
            other.launchURL = "https://other.example.net"
            var desired = DesiredState(owner: "homelab", services: [login.service, other])
            desired.prune = prunes
            return desired
        }
    }

    @Test(arguments: Change.all)
    func `it changes without a moment without a login`(_ change: Change) async throws {
        let (start, requests) = try await whole(change)
        for count in requests {
            for isAnswerLost in [false, true] { try await stopped(change, start, after: count, isAnswerLost) }
        }
    }

    /// - Returns: what there is before the change, and how many requests come before each of its writes.
    private func whole(_ change: Change) async throws -> (SandboxState, [Int]) {
        try await withEmpty(change.release, nil) { homelab in
            #expect(try await homelab.makePass(of: change.desired(change.from)).run().isConverged)
            let start = homelab.sandbox.state
            let former = try await homelab.admin.application("grafana")["provider"]
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: change.desired(change.to)).run()
            #expect(report.isConverged)
            let writes = homelab.sandbox.requests.indices.filter { homelab.sandbox.requests[$0].isWrite }
            #expect(!writes.isEmpty || !change.prunes)
            try await expectDone(homelab, change, former: former?.integer, isFirst: true)
            return (start, Array(writes))
        }
    }

    private func stopped(
        _ change: Change,
        _ start: SandboxState,
        after count: Int,
        _ isAnswerLost: Bool
    ) async throws {
        try await withEmpty(change.release, start) { homelab in
            let former = try await homelab.admin.application("grafana")["provider"]
            var rules = [FaultRule(.revoked, after: count + (isAnswerLost ? 1 : 0))]
            if isAnswerLost { rules.append(FaultRule(.reset(.after), after: count, times: 1)) }
            homelab.sandbox.faults.set(FaultPlan(rules: rules))
            _ = try? await homelab.makePass(of: change.desired(change.to)).run()
            homelab.sandbox.faults.set(FaultPlan())
            if change.from != .bookmark, change.to != .bookmark {
                #expect(try await homelab.admin.application("grafana")["provider"]?.integer != nil)
            }
            #expect(try await homelab.makePass(of: change.desired(change.to)).run().isConverged)
            try await expectDone(homelab, change, former: former?.integer)
        }
    }

    private func expectDone(
        _ homelab: Homelab,
        _ change: Change,
        former: Int?,
        isFirst: Bool = false
    ) async throws {
        let plan = try await homelab.makePass(of: change.desired(change.to)).plan().plan
        #expect(plan.changing.map(\.slug) == [])
        let application = try await homelab.admin.application("grafana")
        let providers = try await homelab.admin.list("providers/oauth2/")
        let proxies = try await homelab.admin.list("providers/proxy/").compactMap { $0["pk"]?.integer }
        let own = application["provider"]?.integer
        switch change.to {
        case .bookmark: #expect(own == (change.prunes ? nil : former))
        case .forwardAuth: #expect(own.map(proxies.contains) == true)
        case .oauth2: #expect(own.map { !proxies.contains($0) } == true)
        }
        let mark = try await homelab.admin.mark(of: "grafana")
        guard let former, change.to != .bookmark else { return }
        #expect(providers.contains { $0["pk"]?.integer == former } == !change.prunes)
        #expect(mark?["formerProviders"] == (change.prunes ? nil : [.integer(former)]))
        #expect(providers.first { $0["pk"]?.integer == own }?["name"] == "grafana")
        let outpost = try await homelab.admin.list("outposts/instances/").first
        let served = outpost?["providers"]?.array?.compactMap(\.integer) ?? []
        #expect(own.map(served.contains) == (change.to == .forwardAuth))
        guard isFirst, !change.prunes else { return }
        // What was kept goes once the file says so, and with its service.
        var desired = change.desired(change.to)
        desired.prune = true
        #expect(try await homelab.makePass(of: desired).run().isConverged)
        #expect(try await homelab.admin.list("providers/oauth2/").count == 1)
        #expect(try await homelab.admin.mark(of: "grafana")?["formerProviders"] == nil)
    }

    private func withEmpty<Result: Sendable>(
        _ release: Sandbox.Release,
        _ state: SandboxState?,
        _ body: @escaping @Sendable (Homelab) async throws -> Result
    ) async throws -> Result {
        var configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        configuration.state = state
        return try await withSandbox(configuration: configuration) { sandbox, baseURL in
            try await body(Homelab(sandbox: sandbox, admin: try Admin(baseURL: baseURL), baseURL: baseURL))
        }
    }
}
