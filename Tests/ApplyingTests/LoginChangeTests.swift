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
        /// Whether it was of the later kind before, and what it had then was kept.
        var returns = false
        var release: Sandbox.Release
        var testDescription: String {
            "\(from.rawValue) \(returns ? "back " : "")to \(to.rawValue)\(prunes ? ", pruned" : "") on \(release.rawValue)"
        }

        /// Between the oldest and the newest release nothing about it changed.
        static let all = [Sandbox.Release.december2024, .december2025, .august2026].flatMap { release in
            Login.allCases.flatMap { from in
                Login.allCases.filter { $0 != from }.flatMap { to in
                    [true, false].flatMap { prunes in
                        ([from, to].contains(.bookmark) ? [false] : [false, true]).map {
                            Change(from: from, to: to, prunes: prunes, returns: $0, release: release)
                        }
                    }
                }
            }
        }

        func desired(_ login: Login, prunes: Bool) -> DesiredState {
            var other = Service(slug: "other", location: SourceLocation(file: "services.yaml", line: 9, column: 1))
            other.launchURL = "https://other.example.net"
            var desired = DesiredState(owner: "homelab", services: [login.service, other])
            desired.prune = prunes
            return desired
        }

        var desired: DesiredState { desired(to, prunes: prunes) }
    }

    /// What there is before a change, and what the passes before it made.
    private struct Start: Sendable {
        var state: SandboxState
        /// The provider of the kind that the login has now; nil for a bookmark.
        var former: Int?
        /// The one of the kind that it returns to; nil if it does not.
        var original: Int?
    }

    @Test(arguments: Change.all)
    func `it changes without a moment without a login`(_ change: Change) async throws {
        let (start, requests) = try await whole(change)
        for count in requests {
            for isAnswerLost in [false, true] { try await stopped(change, start, after: count, isAnswerLost) }
        }
    }

    /// - Returns: what there is before the change, and how many requests come before each of its writes.
    private func whole(_ change: Change) async throws -> (Start, [Int]) {
        try await withEmpty(change.release, nil) { homelab in
            var providers: [Int?] = []
            for login in change.returns ? [change.to, change.from] : [change.from] {
                #expect(try await homelab.makePass(of: change.desired(login, prunes: false)).run().isConverged)
                providers.append(try await homelab.admin.application("grafana")["provider"]?.integer)
            }
            let start = Start(
                state: homelab.sandbox.state,
                former: providers.last ?? nil,
                original: change.returns ? providers[0] : nil
            )
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: change.desired).run()
            #expect(report.isConverged)
            let writes = homelab.sandbox.requests.indices.filter { homelab.sandbox.requests[$0].isWrite }
            #expect(!writes.isEmpty || !change.prunes)
            try await expectDone(homelab, change, start)
            if !change.prunes { try await expectPruned(homelab, change) }
            return (start, Array(writes))
        }
    }

    private func stopped(
        _ change: Change,
        _ start: Start,
        after count: Int,
        _ isAnswerLost: Bool
    ) async throws {
        try await withEmpty(change.release, start.state) { homelab in
            var rules = [FaultRule(.revoked, after: count + (isAnswerLost ? 1 : 0))]
            if isAnswerLost { rules.append(FaultRule(.reset(.after), after: count, times: 1)) }
            homelab.sandbox.faults.set(FaultPlan(rules: rules))
            _ = try? await homelab.makePass(of: change.desired).run()
            homelab.sandbox.faults.set(FaultPlan())
            try await expectLogin(homelab, change)
            #expect(try await homelab.makePass(of: change.desired).run().isConverged)
            try await expectDone(homelab, change, start)
        }
    }

    private func expectLogin(_ homelab: Homelab, _ change: Change) async throws {
        guard change.from != .bookmark, change.to != .bookmark else { return }
        #expect(try await homelab.admin.application("grafana")["provider"]?.integer != nil)
    }

    private func expectDone(_ homelab: Homelab, _ change: Change, _ start: Start) async throws {
        let plan = try await homelab.makePass(of: change.desired).plan().plan
        #expect(plan.changing.map(\.slug) == [])
        let application = try await homelab.admin.application("grafana")
        let providers = try await homelab.admin.list("providers/oauth2/")
        let proxies = try await homelab.admin.list("providers/proxy/").compactMap { $0["pk"]?.integer }
        let own = application["provider"]?.integer
        switch change.to {
        case .bookmark: #expect(own == (change.prunes ? nil : start.former))
        case .forwardAuth: #expect(own.map(proxies.contains) == true)
        case .oauth2: #expect(own.map { !proxies.contains($0) } == true)
        }
        if let original = start.original {
            #expect(own == original)
            #expect(providers.count == (change.prunes ? 1 : 2))
        }
        let mark = try await homelab.admin.mark(of: "grafana")
        guard let former = start.former, change.to != .bookmark else { return }
        #expect(providers.contains { $0["pk"]?.integer == former } == !change.prunes)
        #expect(mark?["formerProviders"] == (change.prunes ? nil : [.integer(former)]))
        #expect(providers.first { $0["pk"]?.integer == own }?["name"] == "grafana")
        let outpost = try await homelab.admin.list("outposts/instances/").first
        let served = outpost?["providers"]?.array?.compactMap(\.integer) ?? []
        #expect(own.map(served.contains) == (change.to == .forwardAuth))
    }

    /// What was kept goes once the file says so, and with its service.
    private func expectPruned(_ homelab: Homelab, _ change: Change) async throws {
        guard change.from != .bookmark, change.to != .bookmark else { return }
        #expect(try await homelab.makePass(of: change.desired(change.to, prunes: true)).run().isConverged)
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
