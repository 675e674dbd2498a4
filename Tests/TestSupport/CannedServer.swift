import Glibc

/// A tiny HTTP/1.1 server on a loopback port that does to each request what a test tells it to.
///
/// It runs on a thread of its own and ends with ``stop()``, at the latest when it is dropped.
package final class CannedServer: Sendable {
    package let port: Int
    private let log: ServerLog
    private let thread: ServerThread

    /// Decides what to do when the headers of a request are read; its body is not there yet.
    package convenience init(_ reply: @escaping @Sendable (RecordedRequest) -> CannedReply) throws {
        try self.init(decide: reply)
    }

    /// Does these in turn, and the last one ever after.
    package convenience init(_ replies: CannedReply...) throws {
        let replies = replies
        try self.init { request in
            replies.isEmpty ? .silence : replies[min(request.number, replies.count) - 1]
        }
    }

    private init(decide: @escaping @Sendable (RecordedRequest) -> CannedReply) throws {
        let (socket, port) = try listenOnLoopback()
        let log = ServerLog()
        self.port = port
        self.log = log
        thread = try ServerThread(listener: socket, log: log, decide: decide)
    }

    deinit { stop() }

    /// Closes all connections and waits for the thread to end.
    package func stop() { thread.stop() }

    /// Lets what drips flow.
    package func release() { thread.release() }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// What came so far, in order.
    package var requests: [RecordedRequest] { log.requests }
    package var connectionCount: Int { log.connectionCount }
    /// The most connections that were open at the same time.
    package var mostOpenConnections: Int { log.mostOpenConnections }

    /// Waits until that many requests have come, bodies included.
    package func received(_ count: Int) async {
        await log.wait { $0.requests.count >= count }
    }

    /// Waits until that many connections are closed, by whichever side.
    package func closed(_ count: Int) async {
        await log.wait { $0.connectionCount - $0.openConnections >= count }
    }

    /// Waits until that many connections were closed by the other side.
    package func disconnected(_ count: Int) async {
        await log.wait { $0.disconnections >= count }
    }
}
