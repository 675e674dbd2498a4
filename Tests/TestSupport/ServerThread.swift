import Glibc
import Synchronization

/// Runs a ``ServerLoop`` on a thread and gives it orders through a pipe.
final class ServerThread: Sendable {
    private enum Order: UInt8 {
        case stop, release
    }

    private let pipeEnd: Int32
    /// Nil once it was joined.
    private let thread: Mutex<pthread_t?>

    init(
        listener: Int32,
        log: ServerLog,
        decide: @escaping @Sendable (RecordedRequest) -> CannedReply
    ) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemCallError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pipeEnd = ends[1]
        let orders = ends[0]

        let box = Unmanaged.passRetained(
            ThreadBody {
                var loop = ServerLoop(listener: listener, orders: orders, log: log, decide: decide)
                loop.run { Order(rawValue: $0) == .stop }
                close(orders)
            }
        )
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            box.toOpaque()
        )
        guard code == 0 else { throw SystemCallError("pthread_create") }
        self.thread = Mutex(thread)
    }

    func release() {
        thread.withLock { if $0 != nil { send(.release) } }
    }

    func stop() {
        thread.withLock { thread in
            guard let running = thread else { return }
            send(.stop)
            pthread_join(running, nil)
            close(pipeEnd)
            thread = nil
        }
    }

    private func send(_ order: Order) {
        var byte = order.rawValue
        _ = write(pipeEnd, &byte, 1)
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
