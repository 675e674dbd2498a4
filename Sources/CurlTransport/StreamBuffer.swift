import Synchronization

/// The part of a streaming response that was received but not read yet.
///
/// The event loop's thread fills it; one task at a time empties it.
final class StreamBuffer: Sendable {
    typealias Head = (status: Int, headers: HTTPHeaders)
    /// `wasPaused` means that the transfer was paused and should continue.
    typealias Chunk = (bytes: [UInt8], wasPaused: Bool)

    /// The maximum number of buffered bytes before the transfer is paused.
    static let limit = 1 << 20

    private struct State {
        var head: Head?
        var headWaiter: CheckedContinuation<Head, any Error>?
        var bytes: [UInt8] = []
        var chunkWaiter: CheckedContinuation<Chunk?, any Error>?
        var isPaused = false
        /// Success with the last byte; nil while more may come.
        var end: Result<Void, any Error>?
    }

    private let state = Mutex(State())

    // MARK: - The event loop

    func receive(_ head: Head) {
        let waiter = state.withLock { state in
            state.head = head
            defer { state.headWaiter = nil }
            return state.headWaiter
        }
        waiter?.resume(returning: head)
    }

    /// Takes bytes; false if too many are buffered: they must be offered again after a ``Chunk`` with `wasPaused`.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isTaken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Chunk?, any Error>?) in
            guard state.end == nil else { return (true, nil) }
            if let waiter = state.chunkWaiter {
                state.chunkWaiter = nil
                return (true, waiter)
            }
            state.isPaused = !state.bytes.isEmpty && state.bytes.count + bytes.count > Self.limit
            if !state.isPaused { state.bytes.append(contentsOf: bytes) }
            return (!state.isPaused, nil)
        }
        waiter?.resume(returning: ([UInt8](bytes), false))
        return isTaken
    }

    /// Ends the stream; buffered data can still be read.
    func finish(_ end: Result<Void, any Error>) {
        let waiters = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { (state.headWaiter, state.chunkWaiter) = (nil, nil) }
            return (head: state.headWaiter, chunk: state.chunkWaiter)
        }
        waiters.head?.resume(throwing: end.failure ?? CancellationError())
        waiters.chunk?.resume(with: end.map { nil })
    }

    // MARK: - The reader

    /// Waits for status and headers.
    func head() async throws -> Head {
        try await withCheckedThrowingContinuation { waiter in
            let result: Result<Head, any Error>? = state.withLock { state in
                if let head = state.head { return .success(head) }
                if let end = state.end { return .failure(end.failure ?? CancellationError()) }
                state.headWaiter = waiter
                return nil
            }
            if let result { waiter.resume(with: result) }
        }
    }

    /// Waits for bytes and takes all that are buffered; nil if the response is complete.
    func next() async throws -> Chunk? {
        try await withCheckedThrowingContinuation { waiter in
            let result: Result<Chunk?, any Error>? = state.withLock { state in
                precondition(state.chunkWaiter == nil, "a response can be read by one task at a time only")
                if !state.bytes.isEmpty {
                    defer { (state.bytes, state.isPaused) = ([], false) }
                    return .success((state.bytes, state.isPaused))
                }
                if let end = state.end { return end.map { nil } }
                state.chunkWaiter = waiter
                return nil
            }
            if let result { waiter.resume(with: result) }
        }
    }

    /// Stops reading: buffered data is discarded.
    func cancel() {
        state.withLock { $0.end = .failure(CancellationError()) }
        finish(.failure(CancellationError()))
        state.withLock { $0.bytes = [] }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
