import CCurl
import Glibc
import Synchronization

/// State shared by the callers and the event loop's thread: requests to be sent, and callers waiting for an answer.
///
/// The loop sleeps on ``wakeUpDescriptor`` and is woken when there is something to take.
final class Mailbox: Sendable {
    typealias Waiter = CheckedContinuation<HTTPResponse, any Error>

    enum Command: Sendable {
        case start(UInt64, HTTPRequest)
        case stream(UInt64, HTTPRequest, StreamBuffer, StreamLimits)
        /// A paused stream continues.
        case resume(UInt64)
        case cancel(UInt64)
        case stop
    }

    private struct State {
        var lastIdentifier: UInt64 = 0
        var commands: [Command] = []
        var waiters: [UInt64: Waiter] = [:]
        var streams: [UInt64: StreamBuffer] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    /// An eventfd(2).
    let wakeUpDescriptor: Int32

    init() throws {
        wakeUpDescriptor = ccurl_eventfd()
        guard wakeUpDescriptor >= 0 else { throw TransportError.setup("no file descriptor is available") }
    }

    deinit {
        Glibc.close(wakeUpDescriptor)
    }

    func makeIdentifier() -> UInt64 {
        state.withLock {
            $0.lastIdentifier += 1
            return $0.lastIdentifier
        }
    }

    func submit(_ identifier: UInt64, _ request: HTTPRequest, _ waiter: Waiter) {
        let isClosed = state.withLock {
            guard !$0.isClosed else { return true }
            $0.waiters[identifier] = waiter
            $0.commands.append(.start(identifier, request))
            return false
        }
        if isClosed {
            waiter.resume(throwing: TransportError.setup("the HTTP client is closed"))
        } else {
            wakeUp()
        }
    }

    /// Returns to the caller at once; the loop cleans up afterwards.
    func cancel(_ identifier: UInt64) {
        let waiter = state.withLock {
            let waiter = $0.waiters.removeValue(forKey: identifier)
            if waiter != nil { $0.commands.append(.cancel(identifier)) }
            return waiter
        }
        guard let waiter else { return }
        waiter.resume(throwing: CancellationError())
        wakeUp()
    }

    func finish(_ identifier: UInt64, with result: Result<HTTPResponse, TransportError>) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: identifier) }
        waiter?.resume(with: result.mapError { $0 as any Error })
    }

    func submit(_ identifier: UInt64, _ request: HTTPRequest, to buffer: StreamBuffer, limits: StreamLimits) {
        let isClosed = state.withLock {
            guard !$0.isClosed else { return true }
            $0.streams[identifier] = buffer
            $0.commands.append(.stream(identifier, request, buffer, limits))
            return false
        }
        if isClosed {
            buffer.finish(.failure(TransportError.setup("the HTTP client is closed")))
        } else {
            wakeUp()
        }
    }

    /// Returns to the reader at once; the loop cleans up afterwards.
    ///
    /// Does nothing once the stream has ended.
    func cancelStream(_ identifier: UInt64) {
        let buffer = state.withLock {
            let buffer = $0.streams.removeValue(forKey: identifier)
            if buffer != nil { $0.commands.append(.cancel(identifier)) }
            return buffer
        }
        guard let buffer else { return }
        buffer.cancel()
        wakeUp()
    }

    func resumeStream(_ identifier: UInt64) {
        state.withLock { $0.commands.append(.resume(identifier)) }
        wakeUp()
    }

    func finishStream(_ identifier: UInt64, _ end: Result<Void, TransportError>) {
        let buffer = state.withLock { $0.streams.removeValue(forKey: identifier) }
        buffer?.finish(end.mapError { $0 as any Error })
    }

    func close() {
        state.withLock {
            $0.isClosed = true
            $0.commands.append(.stop)
        }
        wakeUp()
    }

    /// Fails all current and future waiters: the loop has ended.
    func abandon(_ error: TransportError) {
        let (waiters, streams) = state.withLock { state in
            state.isClosed = true
            defer { (state.waiters, state.streams) = ([:], [:]) }
            return ([Waiter](state.waiters.values), [StreamBuffer](state.streams.values))
        }
        for waiter in waiters { waiter.resume(throwing: error) }
        for stream in streams { stream.finish(.failure(error)) }
    }

    /// Everything that arrived since the last call, in order.
    func take() -> [Command] {
        var counter: UInt64 = 0
        _ = read(wakeUpDescriptor, &counter, MemoryLayout<UInt64>.size)
        return state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    private func wakeUp() {
        var one: UInt64 = 1
        _ = write(wakeUpDescriptor, &one, MemoryLayout<UInt64>.size)
    }
}

/// Which requests may have a connection now, and which wait for one, first come, first served, for each host.
///
/// libcurl can also limit connections, but it wakes waiting requests one at a time, some of them late (as of 7.88), and
/// applies no time limit to them while they wait.
struct ConnectionQueue {
    private struct Line {
        var served: Set<UInt64> = []
        var waiting: [UInt64] = []
    }

    private let limit: Int
    private var lines: [Substring: Line] = [:]

    /// - Parameter limit: the maximum number of concurrent requests to one host.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Whether a request can start at once; otherwise it waits.
    mutating func enter(_ identifier: UInt64, for host: Substring) -> Bool {
        var line = lines[host] ?? Line()
        let isServed = line.served.count < limit
        if isServed { line.served.insert(identifier) } else { line.waiting.append(identifier) }
        lines[host] = line
        return isServed
    }

    /// Removes a request, and returns the one that starts in its place.
    mutating func leave(_ identifier: UInt64, for host: Substring) -> UInt64? {
        guard var line = lines[host] else { return nil }
        line.waiting.removeAll { $0 == identifier }
        line.served.remove(identifier)
        let next = line.served.count < limit && !line.waiting.isEmpty ? line.waiting.removeFirst() : nil
        if let next { line.served.insert(next) }
        lines[host] = line.served.isEmpty ? nil : line
        return next
    }
}
