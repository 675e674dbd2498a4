import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import Kinds
import KubernetesAPI
import Logging
import SecretSources
import Secrets
import Synchronization
import Testing
import Verification

@testable import Applying
@testable import Controller
@testable import Planning
@testable import Status

/// A loop whose clock a test moves, and an Authentik that does what the test says.
final class LoopStory: Sendable {
    static let services = """
        apiVersion: reconcile/v1
        owner: homelab
        services:
          - {slug: docs, launchURL: "https://docs.example.net"}
        """

    let clock = TestClock()
    let authentik = ScriptedAuthentik()
    let election = ScriptedElection()
    let kubernetes = ScriptedKubernetes()
    let folder: URL
    let board: StatusBoard
    let loop: ReconcileLoop

    var file: URL { folder.appending(path: "services.yaml") }

    init(
        isElected: Bool = false,
        text: String = LoopStory.services,
        _ change: (inout LoopSettings) -> Void = { _ in }
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "loop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "services.yaml")
        try Data(text.replacing("FOLDER", with: folder.path).utf8).write(to: file)
        try Data("t".utf8).write(to: folder.appending(path: "token"))
        try Data("s".utf8).write(to: folder.appending(path: "secret"))
        let files = try DesiredFiles(paths: [file.path], at: clock.timestamp)
        let address = try #require(AuthentikAddress("https://sso.example.net"))
        let now = clock.timestamp
        let leadership = LeadershipStatus(lease: "authentik/reconcile", identity: election.identity, since: now)
        let program = ProgramStatus(
            version: "1",
            startedAt: now,
            isLeader: !isElected,
            leadership: isElected ? leadership : nil
        )
        board = StatusBoard(
            StatusLedger(program: program, authentik: address, paths: files.paths, files: files.loaded.files)
        )
        var surroundings = LoopSurroundings(address: address, reconciler: authentik)
        surroundings.tokenFile = folder.appending(path: "token").path
        surroundings.secretReader = { [kubernetes] in kubernetes }
        if isElected { surroundings.election = election }
        var settings = LoopSettings()
        settings.jitter = { 1 }
        change(&settings)
        loop = ReconcileLoop(
            settings: settings,
            files: files,
            surroundings: surroundings,
            board: board,
            log: LoopLog(Logger(label: "loop", factory: { _ in SwiftLogNoOpLogHandler() }), clock: clock),
            clock: clock
        )
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs the loop beside a test, and stops it after that.
    func run(_ body: (LoopStory) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [loop] in await loop.run() }
            // A test that fails must not leave the loop waiting for it.
            defer { group.cancelAll() }
            try await body(self)
            await loop.stop()
            try await group.waitForAll()
        }
    }

    var status: StatusDocument { board.current.document }

    /// Waits until the status is like that.
    @discardableResult
    func status(where isMet: (StatusDocument) -> Bool) async -> StatusDocument {
        if isMet(status) { return status }
        for await _ in board.changes where isMet(status) { break }
        return status
    }

    /// Waits for the pass that begins next, and lets it end.
    @discardableResult
    func pass(_ outcome: PassEnd.Outcome = .quiet) async -> ScriptedPass {
        let pass = await authentik.begun()
        pass.end(outcome)
        await status { ($0.passes.lastAttempt?.number ?? 0) >= authentik.count }
        return pass
    }

    /// Waits for the next pass, and says why it runs.
    func triggers() async -> [Trigger] {
        await pass()
        return status.passes.lastAttempt?.triggers ?? []
    }

    func write(_ text: String, to name: String = "services.yaml") throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// Lets the watch look at the files so often.
    func lookAtFiles(_ times: Int = 2) async {
        for _ in 0..<times {
            await clock.sleeper(for: FileWatch.period)
            clock.advance(by: FileWatch.period)
        }
        await clock.sleeper(for: FileWatch.period)
    }
}

// MARK: - Authentik

/// A pass that runs until the test ends it, or somebody cancels it.
final class ScriptedPass: Sendable {
    let desired: DesiredState
    let scope: PassScope
    /// The services that are not corrected.
    let paused: Set<String>
    let gate: WriteGate
    private let ends: AsyncStream<PassEnd.Outcome>
    private let continuation: AsyncStream<PassEnd.Outcome>.Continuation

    init(_ desired: DesiredState, _ scope: PassScope = .everything, paused: Set<String>, _ gate: WriteGate) {
        self.desired = desired
        self.scope = scope
        self.paused = paused
        self.gate = gate
        (ends, continuation) = AsyncStream.makeStream(of: PassEnd.Outcome.self)
    }

    func end(_ outcome: PassEnd.Outcome = .quiet) { continuation.yield(outcome) }

    fileprivate func report() async throws -> PassReport {
        switch await ends.first(where: { _ in true }) {
        case .report(let report): return report
        case .failure(let failure): throw failure
        case .cancelled, nil: throw CancellationError()
        }
    }
}

final class ScriptedAuthentik: Reconciler {
    typealias Script = @Sendable (ScriptedPass) async throws -> Void

    private struct State {
        var count = 0
        var looks = 0
        var authors = DriftAuthors()
        var script: Script?
        var look: @Sendable () async throws -> PassScope? = { nil }
        var blueprints: [AppliedBlueprint] = []
        var blueprintLooks = 0
        var probed: [Set<String>] = []
        /// The failing services.
        var failing: [String: ProbeFailure] = [:]
    }

    private let state = Mutex(State())
    private let passes: AsyncStream<ScriptedPass>
    private let continuation: AsyncStream<ScriptedPass>.Continuation

    init() {
        (passes, continuation) = AsyncStream.makeStream(of: ScriptedPass.self)
    }

    /// How many passes began.
    var count: Int { state.withLock { $0.count } }
    /// How many looks at the audit log there were.
    var looks: Int { state.withLock { $0.looks } }

    /// What each pass does before it waits for the test.
    func passes(do script: @escaping Script) { state.withLock { $0.script = script } }

    /// The services that were probed, one set after the other.
    var probed: [Set<String>] { state.withLock { $0.probed } }

    /// What probes see of a service; nil for that all is well.
    func login(of slug: String, fails failure: ProbeFailure?) { state.withLock { $0.failing[slug] = failure } }

    /// What was applied last.
    func applies(_ blueprints: [AppliedBlueprint]) { state.withLock { $0.blueprints = blueprints } }

    /// How often it was asked for that.
    var blueprintLooks: Int { state.withLock { $0.blueprintLooks } }

    fileprivate func lookAtBlueprints() -> [AppliedBlueprint] {
        state.withLock { state in
            state.blueprintLooks += 1
            return state.blueprints
        }
    }

    /// What comes of a look at the audit log.
    func auditLog(is look: @escaping @Sendable () async throws -> PassScope?) { state.withLock { $0.look = look } }

    func changed(_ slug: String, by author: DriftAuthor) { state.withLock { $0.authors.services[slug] = author } }

    /// Waits for the next pass to begin.
    func begun() async -> ScriptedPass {
        guard let pass = await passes.first(where: { _ in true }) else {
            Issue.record("no pass begins any more")
            return ScriptedPass(.none, paused: [], WriteGate())
        }
        return pass
    }

    func visit(through gate: WriteGate, within limit: Duration, attempts: Int) -> any Visit {
        ScriptedVisit(authentik: self, gate: gate)
    }

    func takeAuthors() async -> DriftAuthors {
        state.withLock { state in
            defer { state.authors = DriftAuthors() }
            return state.authors
        }
    }

    fileprivate func verify(_ slugs: Set<String>) throws -> VerificationReport {
        let failing = state.withLock { state in
            state.probed.append(slugs)
            return state.failing
        }
        return VerificationReport(
            release: try #require(Release("2025.12.4")),
            address: "https://sso.example.net",
            services: slugs.sorted().map { slug in
                let outcome = failing[slug].map(CheckResult.Outcome.failed) ?? .passed
                return ServiceVerification(slug: slug, results: [CheckResult(.discovery, outcome)])
            },
            withoutLogin: 0,
            requests: slugs.count,
            duration: .zero
        )
    }

    fileprivate func look() async throws -> PassScope? {
        let look = state.withLock { state in
            state.looks += 1
            return state.look
        }
        return try await look()
    }

    fileprivate func run(_ pass: ScriptedPass) async throws -> PassReport {
        let script = state.withLock { state in
            state.count += 1
            return state.script
        }
        continuation.yield(pass)
        try await script?(pass)
        return try await pass.report()
    }
}

private struct ScriptedVisit: Visit {
    let authentik: ScriptedAuthentik
    let gate: WriteGate

    var requests: RequestCounts { RequestCounts() }

    func look() async throws -> PassScope? { try await authentik.look() }

    func pass(
        _ desired: DesiredState,
        _ scope: PassScope,
        paused: @escaping @Sendable ([SecretReference: SecretLook]) -> Set<String>
    ) async throws -> PassReport {
        try await authentik.run(ScriptedPass(desired, scope, paused: paused([:]), gate))
    }

    func blueprints() async throws -> [AppliedBlueprint] { authentik.lookAtBlueprints() }

    func verify(_ desired: DesiredState, _ slugs: Set<String>) async throws -> VerificationReport {
        try authentik.verify(slugs)
    }
}

extension PassEnd.Outcome {
    /// Nothing was to be done.
    static var quiet: PassEnd.Outcome { .services([]) }

    /// Nothing was to be done of the services that were looked at.
    static func looked(at services: Int) -> PassEnd.Outcome {
        guard case .report(var report) = quiet else { return quiet }
        report.look = PassLook(services: services)
        return .report(report)
    }

    static var failed: PassEnd.Outcome { .failure(PassFailure(.unobservable, "nobody answers")) }

    static func services(_ outcomes: [ServiceOutcome]) -> PassEnd.Outcome {
        guard let release = Release("2025.12.4") else { return .cancelled(reason: "no release") }
        return .report(PassReport(release: release, outcomes: outcomes, requests: RequestCounts(), duration: .zero))
    }

    /// A field of the service that the file declares was changed by somebody, and changed back unless it waits.
    static func drift(isPaused: Bool = false) -> PassEnd.Outcome {
        var plan = ServicePlan(slug: "docs", decision: .update, reason: "group differs")
        plan.changes = [
            FieldChange(object: .application, field: "group", before: .text("Elsewhere"), after: .text("Apps"))
        ]
        var outcome = ServiceOutcome(plan: plan)
        outcome.isPaused = isPaused
        if !isPaused { outcome.written = [.updateApplication] }
        return .services([outcome])
    }

    static var inSync: PassEnd.Outcome {
        .services([ServiceOutcome(plan: ServicePlan(slug: "docs", decision: .inSync, reason: "as declared"))])
    }
}

extension DesiredState {
    fileprivate static var none: DesiredState {
        let text = "apiVersion: reconcile/v1\nowner: nobody\nservices: []\n"
        let file = FileManager.default.temporaryDirectory.appending(path: "none-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        guard (try? Data(text.utf8).write(to: file)) != nil,
            let state = DesiredStateLoader.load(paths: [file.path]).state
        else { preconditionFailure("a file without services cannot be read") }
        return state
    }
}

// MARK: - Kubernetes

/// An election that goes as the test says.
final class ScriptedElection: LeaderElection {
    let identity = "me"
    private let reports: AsyncStream<LeaseElection.Report>
    private let continuation: AsyncStream<LeaseElection.Report>.Continuation
    private let resignations = Mutex(0)

    init() {
        (reports, continuation) = AsyncStream.makeStream(of: LeaseElection.Report.self)
    }

    /// How many times the Lease was given up.
    var resigned: Int { resignations.withLock { $0 } }

    func says(_ report: LeaseElection.Report) { continuation.yield(report) }

    /// This process leads for a long time.
    func leads() {
        says(.leads(WriteTerm(beginBefore: .now + .seconds(3600), endBefore: .now + .seconds(3700))))
    }

    func run(_ report: @Sendable (LeaseElection.Report) async -> Void) async {
        for await next in reports { await report(next) }
    }

    func resign(within time: Duration) async { resignations.withLock { $0 += 1 } }
}

/// Secrets that change when the test says so.
final class ScriptedKubernetes: SecretFollowing {
    private struct State {
        var followed: [Set<ObjectName>] = []
        var continuation: AsyncStream<ObjectName>.Continuation?
    }

    private let state = Mutex(State())

    /// What was followed, one set after the other.
    var followed: [Set<ObjectName>] { state.withLock { $0.followed } }

    func changes(_ object: ObjectName) { _ = state.withLock { $0.continuation?.yield(object) } }

    func follow(
        _ objects: Set<ObjectName>,
        onRetry: @escaping @Sendable (ObjectName, KubernetesError, Duration) -> Void,
        onChange: @escaping @Sendable (ObjectName) async -> Void
    ) async {
        let (changes, continuation) = AsyncStream.makeStream(of: ObjectName.self)
        state.withLock { state in
            state.followed.append(objects)
            state.continuation = continuation
        }
        for await object in changes { await onChange(object) }
    }
}
