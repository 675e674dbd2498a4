package import Applying
package import AuthentikAPI
package import Base
package import DesiredState
package import KubernetesAPI
package import SecretSources
package import Secrets
package import Status
import Synchronization
package import Verification

/// What the loop delegates: all communication with Authentik.
package protocol Reconciler: Sendable {
    /// - Parameters:
    ///   - gate: checked before each write.
    ///   - limit: the maximum duration, including retries.
    ///   - attempts: how many times a request is sent.
    func visit(through gate: WriteGate, within limit: Duration, attempts: Int) -> any Visit

    /// The authors of changes since the last call, as far as the audit log was read.
    func takeAuthors() async -> DriftAuthors
}

/// A session with Authentik: a pass, a check of its audit log, or both.
package protocol Visit: Sendable {
    /// The requests sent so far.
    var requests: RequestCounts { get }

    /// Checks the audit log for new entries; the first check only records the end of the log.
    ///
    /// - Returns: what a pass has to look at because somebody else changed it; nil for nothing.
    /// - Throws: `AuthentikError`, or `CancellationError`.
    func look() async throws -> PassScope?

    /// Runs a pass.
    ///
    /// - Parameters:
    ///   - scope: what it has to look at; it may look at more.
    ///   - paused: given the secrets, returns the services that are checked but not corrected.
    /// - Throws: `PassFailure`, or `CancellationError`; then nothing was written.
    func pass(
        _ desired: DesiredState,
        _ scope: PassScope,
        paused: @escaping @Sendable ([SecretReference: SecretLook]) -> Set<String>
    ) async throws -> PassReport

    /// The blueprints that Authentik applied last.
    ///
    /// - Throws: `AuthentikError`, also if the account may not read them, or `CancellationError`.
    func blueprints() async throws -> [AppliedBlueprint]

    /// Verifies that logins work, as far as possible without logging in; writes nothing.
    ///
    /// - Parameter slugs: the services to verify.
    /// - Throws: `AuthentikError` if what they refer to cannot be read, or `CancellationError`.
    func verify(_ desired: DesiredState, _ slugs: Set<String>) async throws -> VerificationReport
}

/// Sends requests to Authentik, with counting, logging and tracking of its own writes.
package struct AuthentikReconciler: Reconciler {
    /// Makes a client with the current token.
    private let client: @Sendable () -> AuthentikClient
    /// Resolves all secrets of the desired state.
    private let secrets: @Sendable (DesiredState) async -> ResolvedSecrets
    /// Where workloads are restarted and objects are published; nil for nowhere.
    private let kubernetes: KubernetesAccess?
    private let concurrency: Int
    /// Whether Authentik is a sandbox created for this run.
    private let isSandbox: Bool
    /// Generates missing secrets if Authentik is a sandbox.
    package var placeholders: PlaceholderSecrets?
    /// The limits of login probes.
    package var probes = ProbeLimits()
    /// What the daemon was called with, for the commands in advice.
    package var invocation = Invocation()
    private let log: LoopLog
    private let metrics = LoopMetrics()
    private let own: OwnWrites
    private let auditLog: AuditLogWatch
    private let snapshots = SnapshotStore()

    package init(
        client: @escaping @Sendable () -> AuthentikClient,
        secrets: @escaping @Sendable (DesiredState) async -> ResolvedSecrets,
        kubernetes: KubernetesAccess?,
        concurrency: Int,
        isSandbox: Bool = false,
        log: LoopLog
    ) {
        self.isSandbox = isSandbox
        self.client = client
        self.secrets = secrets
        self.kubernetes = kubernetes
        self.concurrency = concurrency
        self.log = log
        let own = OwnWrites()
        self.own = own
        auditLog = AuditLogWatch(isOwn: own.contains)
    }

    package func visit(through gate: WriteGate, within limit: Duration, attempts: Int) -> any Visit {
        var client = client()
        client.deadline = .now + limit
        client.gate = gate
        client.retryPolicy.maximumAttempts = attempts
        client.onRetry = { [metrics, log] error, delay in
            metrics.retried()
            log.retries(error, delay)
        }
        client.limit(toWritesAtOnce: concurrency)
        client.onSlowdown = { [log] in log.slowsDown($0) }
        client.onRequest = { [metrics, own] request in
            metrics.sent(request)
            if request.isWrite, let id = request.requestID { own.note(id) }
        }
        return AuthentikVisit(
            client: client,
            secrets: secrets,
            kubernetes: kubernetes,
            concurrency: concurrency,
            isSandbox: isSandbox,
            placeholders: placeholders,
            probes: probes,
            invocation: invocation,
            auditLog: auditLog,
            snapshots: snapshots
        )
    }

    package func takeAuthors() async -> DriftAuthors { await auditLog.takeAuthors() }
}

private struct AuthentikVisit: Visit {
    let client: AuthentikClient
    let secrets: @Sendable (DesiredState) async -> ResolvedSecrets
    let kubernetes: KubernetesAccess?
    let concurrency: Int
    let isSandbox: Bool
    let placeholders: PlaceholderSecrets?
    let probes: ProbeLimits
    let invocation: Invocation
    let auditLog: AuditLogWatch
    let snapshots: SnapshotStore

    var requests: RequestCounts { client.requestCounts }

    func look() async throws -> PassScope? {
        try await auditLog.look { [client] in try await client.newestEvents($0) }
    }

    func pass(
        _ desired: DesiredState,
        _ scope: PassScope,
        paused: @escaping @Sendable ([SecretReference: SecretLook]) -> Set<String>
    ) async throws -> PassReport {
        var pass = Pass(client: client, desired: desired) { [secrets] in await secrets(desired) }
        pass.placeholders = placeholders
        pass.kubernetes = kubernetes
        pass.concurrency = concurrency
        pass.paused = paused
        pass.scope = scope
        pass.snapshots = snapshots
        pass.secretsOf = { [secrets] slugs in
            var part = desired
            part.services.removeAll { !slugs.contains($0.slug) }
            return await secrets(part)
        }
        let report = try await pass.run()
        await auditLog.manage(report.objects)
        return report
    }

    /// More than are applied between two passes, unless all are changed at once.
    private static let blueprints = 50

    func blueprints() async throws -> [AppliedBlueprint] { try await client.latestBlueprints(Self.blueprints) }

    func verify(_ desired: DesiredState, _ slugs: Set<String>) async throws -> VerificationReport {
        var part = desired
        part.services = desired.services.filter { slugs.contains($0.slug) }
        var verifier = Verifier(client: client)
        verifier.isSandbox = isSandbox
        verifier.limits = probes
        verifier.invocation = invocation
        let resolved = await secrets(part)
        let filled = await placeholders?.filling(resolved, for: client) ?? resolved
        return try await verifier.verify(desired, where: slugs.contains, secrets: filled.looks)
    }
}

/// The ids of this process's write requests, so that it recognises its own writes in the audit log.
private final class OwnWrites: Sendable {
    /// The number of ids remembered: far more than there can be between two checks of the audit log.
    private static let memory = 4096

    private struct State {
        /// Oldest first.
        var order: [String] = []
        var ids: Set<String> = []
    }

    private let state = Mutex(State())

    func note(_ requestID: String) {
        state.withLock { state in
            if state.order.count >= Self.memory {
                state.ids.subtract(state.order.prefix(Self.memory / 2))
                state.order.removeFirst(Self.memory / 2)
            }
            state.order.append(requestID)
            state.ids.insert(requestID)
        }
    }

    func contains(_ requestID: String) -> Bool { state.withLock { $0.ids.contains(requestID) } }
}
