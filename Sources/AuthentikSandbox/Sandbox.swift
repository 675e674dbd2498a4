import Glibc
import HTTPServing
import Hummingbird
import HummingbirdCore
import JSON
import Logging
import NIOCore
import Synchronization

/// An Authentik for trials and tests: in memory, over real HTTP, with the errors and pitfalls of the real one.
///
/// It starts like a fresh installation: with default flows, scope mappings, a certificate and groups, and one
/// superuser, `akadmin`. This target's conformance test compares it with recordings of live servers.
package final class Sandbox: Sendable {
    private let configuration: Configuration
    private let routes: Routes
    /// The faults to inject; none unless set by the configuration or later.
    package let faults: FaultInjector
    private let store: Mutex<Store>
    /// Stores the state in a file, if the configuration names one.
    private let keeper: StateKeeper?
    private let journal = Mutex<[RequestLogEntry]>([])
    /// The delayed writes.
    private let lateWrites = Mutex(LateWrites())

    package init(configuration: Configuration) {
        var state = configuration.state ?? SandboxState(release: configuration.release, token: configuration.token)
        state.admit(configuration.token)
        self.configuration = configuration
        self.release = state.release
        self.faults = FaultInjector(configuration.faults, now: configuration.now)
        self.routes = Routes(state.release)
        self.store = Mutex(state.store)
        self.keeper = configuration.stateFile.map { StateKeeper(path: $0) }
    }

    /// Serves until the task is cancelled or shut down gracefully.
    ///
    /// - Parameter onReady: called with the bound port once it listens.
    /// - Throws: ``SandboxError`` if it cannot listen on the configured host and port, or cannot store its state.
    package func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
        guard let keeper else { return try await serve(onReady) }
        try state.write(to: keeper.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.serve(onReady) }
            group.addTask { try await keeper.keep { self.state } }
            defer { group.cancelAll() }
            try await group.next()
        }
        try state.write(to: keeper.path)
    }

    private func serve(_ onReady: @escaping @Sendable (Int) async -> Void) async throws {
        let host = configuration.host
        let port = configuration.port
        let waiting = WaitingConnections()
        let application = Hummingbird.Application(
            responder: SandboxResponder(sandbox: self),
            server: HTTPServerBuilder { KeptHTTP1Channel(HTTP1Channel(responder: $0), waiting: waiting) },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                await onReady(channel.localAddress?.port ?? port)
            },
            // Failures are thrown; the server's own log lines would only clutter the output.
            logger: Logger(label: "sandbox", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        do {
            try await application.run()
            await waiting.close()
        } catch let error as IOError {
            throw SandboxError.cannotListen(host: host, port: port, reason: SandboxError.reason(of: error))
        } catch is CancellationError {
            await waiting.close()
        }
    }

    /// Limits memory in a sandbox that is served for months; no test reaches it.
    private static let journalLimit = 100_000

    /// All requests since the start, or since the last ``resetRequests()``, in the order in which they were answered.
    ///
    /// Only the newest if there are very many.
    package var requests: [RequestLogEntry] { journal.withLock { $0 } }

    package func resetRequests() {
        journal.withLock { $0 = [] }
    }

    /// The release that it emulates.
    package let release: Release
    /// Whether its answers identify it as a sandbox.
    var saysSo: Bool { configuration.saysSo }

    /// The supported operations: `GET api/v3/core/applications/{}/`.
    package var operations: [String] { routes.operations }

    /// Its current state.
    package var state: SandboxState { SandboxState(store.withLock { $0 }) }

    /// Changes the state between two requests, as direct access to its database would: without an event.
    package func change(_ body: (inout SandboxState) -> Void) {
        store.withLock { store in
            var state = SandboxState(store)
            body(&state)
            store = state.store
        }
        keeper?.noteChange()
    }

    /// Answers one request; requests are answered one after the other.
    func answer(_ request: APIRequest) -> APIResponse {
        if let version = configuration.claimedVersion, request.rawPath == "/\(Administration.versionPath)" {
            return claim(version, answering: request)
        }
        let answer = store.withLock { store in
            if request.isWrite {
                for late in lateWrites.withLock({ $0.due() }) { _ = routes.answer(late, in: &store) }
            }
            return routes.answer(request, in: &store)
        }
        if request.mayChangeState { keeper?.noteChange() }
        return answer
    }

    private func claim(_ version: String, answering request: APIRequest) -> APIResponse {
        var answer = store.withLock { routes.answer(request, in: &$0) }
        if case .json(let json) = answer.body, var members = json.object, answer.status == 200 {
            members["version_current"] = .string(version)
            answer.body = .json(.object(members))
        }
        return answer
    }

    /// Delays a request; see ``Fault/late(_:)``.
    func putOff(_ request: APIRequest, writes: Int) {
        lateWrites.withLock { $0.add(request, writes: writes) }
    }

    /// The answer of the ``ControlEndpoint``; nil if it is off or has no such path.
    func control(_ request: APIRequest) -> APIResponse? {
        guard configuration.isControllable else { return nil }
        return ControlEndpoint(sandbox: self, token: configuration.token).answer(request)
    }

    func record(_ entry: RequestLogEntry) {
        journal.withLock { journal in
            if journal.count >= Self.journalLimit { journal.removeFirst(Self.journalLimit / 2) }
            journal.append(entry)
        }
        configuration.log?(entry)
    }
}

extension Sandbox {
    /// The release of a sandbox, where it listens and whom it accepts.
    package struct Configuration: Sendable {
        /// The release of a fresh installation.
        package var release: Release
        /// The version that it reports, independent of its release; nil for the true one.
        package var claimedVersion: String?
        /// The initial state instead of a fresh installation; it has a release of its own.
        package var state: SandboxState?
        /// A file to store the state in; nil for in memory only.
        package var stateFile: String?
        /// The address to listen on.
        package var host: String
        /// The port to listen on; 0, the default, is any free one.
        package var port: Int
        /// The API token of the superuser `akadmin`.
        package var token: String
        /// Called once per request, after it was answered.
        package var log: (@Sendable (RequestLogEntry) -> Void)?
        /// The faults from the start; none by default.
        package var faults = FaultPlan()
        /// Whether ``ControlEndpoint`` is served; it is not by default.
        package var isControllable = false
        /// Whether each answer has a header, never sent by Authentik, that identifies it as a sandbox's; off by
        /// default, as in an Authentik.
        package var saysSo = false
        /// The clock that determines when a fault ends.
        package var now: @Sendable () -> ContinuousClock.Instant = { .now }

        package init(
            release: Release = .december2025,
            host: String = "127.0.0.1",
            port: Int = 0,
            token: String,
            log: (@Sendable (RequestLogEntry) -> Void)? = nil
        ) {
            self.release = release
            self.host = host
            self.port = port
            self.token = token
            self.log = log
        }
    }
}

/// Runs `body` with a sandbox on a free loopback port, and stops the sandbox afterwards.
///
/// - Parameters:
///   - release: the release to emulate.
///   - token: the superuser's API token.
///   - log: called once per request, after it was answered.
///   - body: called with the sandbox and its address, such as `http://127.0.0.1:49152`.
package func withSandbox<Result: Sendable>(
    _ release: Sandbox.Release = .december2025,
    token: String = "sandbox-token",
    log: (@Sendable (RequestLogEntry) -> Void)? = nil,
    _ body: @Sendable (Sandbox, _ baseURL: String) async throws -> Result
) async throws -> Result {
    try await withSandbox(configuration: .init(release: release, token: token, log: log), body)
}

/// Runs `body` with a sandbox of a configuration, and stops the sandbox afterwards.
///
/// - Parameter body: called with the sandbox and its address, such as `http://127.0.0.1:49152`.
package func withSandbox<Result: Sendable>(
    configuration: Sandbox.Configuration,
    _ body: @Sendable (Sandbox, _ baseURL: String) async throws -> Result
) async throws -> Result {
    let sandbox = Sandbox(configuration: configuration)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        group.addTask {
            defer { continuation.finish() }
            try await sandbox.run { continuation.yield($0) }
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await group.waitForAll()
            throw CancellationError()
        }
        let result = try await body(sandbox, "http://127.0.0.1:\(port)")
        group.cancelAll()
        return result
    }
}

/// Why a sandbox does not run.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
    case cannotListen(host: String, port: Int, reason: String)
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// The file does not contain a sandbox's state.
    case noState(path: String, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        case .cannotRead(let path, let reason): "cannot read '\(path)': \(reason)"
        case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
        case .noState(let path, let reason): "cannot read a state from '\(path)': \(reason)"
        }
    }

    /// The reason without the name of the system call, which NIO puts first.
    static func reason(of error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "the port is already in use"
        case EACCES: "permission denied"
        case EADDRNOTAVAIL: "this machine does not have that address"
        default: String(describing: error)
        }
    }
}
