import Applying
import AuthentikAPI
import AuthentikSandbox
import CurlTransport
import DesiredState
import FoundationEssentials
import Kinds
import SecretSources
import Secrets
import TestSupport
import Testing

/// A sandbox, and the homelab's file to converge it with.
struct Homelab: Sendable {
    let sandbox: Sandbox
    let admin: Admin
    let baseURL: String
    /// Whom passes run as.
    var account = Account.superuser
    /// The API token of that account.
    var token = "sandbox-token"
    var secrets = ["GRAFANA_OAUTH_CLIENT_SECRET": "grafana-secret", "ARGOCD_OIDC_CLIENT_SECRET": "argocd-secret"]

    /// One pass over the file.
    @discardableResult
    func pass(_ change: @Sendable (inout DesiredState) -> Void = { _ in }) async throws -> PassReport {
        try await makePass(change).run()
    }

    func makePass(_ change: (inout DesiredState) -> Void = { _ in }) async throws -> Pass {
        var desired = try Self.desiredState()
        change(&desired)
        return try await makePass(of: desired)
    }

    /// - Parameters:
    ///   - token: that of ``account`` unless given.
    ///   - timeLimit: for each request.
    func makePass(
        of desired: DesiredState,
        token: String? = nil,
        timeLimit: Duration = .seconds(30)
    ) async throws -> Pass {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        configuration.timeLimit = timeLimit
        let client = AuthentikClient(
            address: try #require(AuthentikAddress(baseURL)),
            token: Secret(token ?? self.token),
            transport: try CurlTransport(configuration: configuration)
        )
        let resolver = SecretResolver(environment: secrets)
        return Pass(client: client, desired: desired) { await resolver.resolve(desired) }
    }

    /// Runs a pass that may read single services, on the basis of what the one before has left.
    func pass(
        of desired: DesiredState,
        _ snapshots: SnapshotStore?,
        _ scope: PassScope = .everything
    ) async throws -> PassReport {
        var pass = try await makePass(of: desired)
        pass.scope = scope
        pass.snapshots = snapshots
        return try await pass.run()
    }

    /// The services of the file; who may open them, the groups that takes, and forward-auth have tests of their own.
    static func desiredState() throws -> DesiredState {
        // Tests/ApplyingTests/Homelab.swift, three levels below the package.
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let result = DesiredStateLoader.load(paths: [root.appending(path: "manifests/homelab.yaml").path])
        #expect(result.diagnostics == [])
        var desired = try #require(result.state)
        desired.groups = []
        for index in desired.services.indices {
            desired.services[index].access = nil
            if desired.services[index].forwardAuth != nil { desired.services[index].login = nil }
        }
        return desired
    }

    /// The writes since the last reset: `PATCH /api/v3/core/applications/grafana/`.
    var writes: [String] { sandbox.requests.filter(\.isWrite).map { "\($0.method) \($0.path)" } }
}

/// Runs a test beside a sandbox that the homelab's file has converged already.
func withHomelab(
    isConverged: Bool = true,
    _ release: Sandbox.Release = .december2025,
    as account: Account = .superuser,
    _ body: @escaping @Sendable (Homelab) async throws -> Void
) async throws {
    try await withHomelab(configuration: .init(release: release, token: "sandbox-token")) { homelab in
        var homelab = homelab
        try await homelab.run(as: account)
        if isConverged {
            let report = try await homelab.pass()
            try #require(report.isConverged)
            if account == .barred { try await homelab.barAll() }
            homelab.sandbox.resetRequests()
        }
        try await body(homelab)
    }
}

/// Runs a test beside a fresh sandbox.
func withHomelab(
    configuration: Sandbox.Configuration,
    _ body: @escaping @Sendable (Homelab) async throws -> Void
) async throws {
    try await Turnstile.sandboxes.run {
        try await withSandbox(configuration: configuration) { sandbox, baseURL in
            try await body(Homelab(sandbox: sandbox, admin: try Admin(baseURL: baseURL), baseURL: baseURL))
        }
    }
}
