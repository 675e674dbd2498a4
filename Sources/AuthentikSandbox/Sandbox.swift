import HTTPServing
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// An Authentik for trying out and for tests: in memory, over real HTTP, with the refusals and traps of the real one.
///
/// It starts with what a fresh installation has: its default flows, scope mappings, certificate and groups, and one
/// superuser, `akadmin`. Measured against recordings of live servers by this target's conformance test.
package final class Sandbox: Sendable {
    private let configuration: Configuration
    private let routes: Routes
    /// What goes wrong; nothing unless the configuration, or somebody since, says so.
    package let faults: FaultInjector
    private let store: Mutex<Store>
    /// Keeps the state in a file, if the configuration names one.
    private let keeper: StateKeeper?
    private let journal = Mutex<[RequestLogEntry]>([])
    /// What was put off.
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
    /// - Throws: ``SandboxError`` if it cannot listen on the configured host and port, or not keep its state.
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
            // What matters of a failure is thrown; what the server says beside it would only disturb the output.
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

    /// A sandbox that is served for months must not grow with each request; no test comes near it.
    private static let journalLimit = 100_000

    /// All requests since the start, or since the last ``resetRequests()``, in the order they were answered.
    ///
    /// Of very many, the newest.
    package var requests: [RequestLogEntry] { journal.withLock { $0 } }

    package func resetRequests() {
        journal.withLock { $0 = [] }
    }

    /// The release that it is.
    package let release: Release

    /// What it holds now.
    package var state: SandboxState { SandboxState(store.withLock { $0 }) }

    /// Answers one request; requests are answered one after the other.
    func answer(_ request: APIRequest) -> APIResponse {
        let answer = store.withLock { store in
            if request.isWrite {
                for late in lateWrites.withLock({ $0.due() }) { _ = routes.answer(late, in: &store) }
            }
            return routes.answer(request, in: &store)
        }
        if request.mayChangeState { keeper?.noteChange() }
        return answer
    }

    /// Carries a request out only later; see ``Fault/late(_:)``.
    func putOff(_ request: APIRequest, writes: Int) {
        lateWrites.withLock { $0.add(request, writes: writes) }
    }

    /// The answer of the ``ControlEndpoint``; nil if it is off or this is none of its paths.
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
