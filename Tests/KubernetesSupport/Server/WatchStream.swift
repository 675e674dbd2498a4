import HummingbirdCore
import NIOCore

/// Sends one watch's lines until its time has come, its connection is gone or a test breaks it.
struct WatchStream: Sendable {
    let standIn: KubernetesStandIn
    let number: Int
    let items: AsyncStream<Watcher.Item>
    let timeLimit: Duration

    func write(to writer: consuming any ResponseBodyWriter, _ context: StandInContext) async throws {
        let clock = Task {
            try await Task.sleep(for: timeLimit)
            standIn.endWatch(number)
        }
        context.whenClosed { standIn.closeWatch(number) }
        defer {
            clock.cancel()
            standIn.closeWatch(number)
        }
        // The head of the answer goes out with the first bytes; a live server sends it at once, too.
        try await writer.write(ByteBuffer())
        for await item in items {
            switch item {
            case .bytes(let bytes): try await writer.write(ByteBuffer(bytes: bytes))
            case .end:
                try await writer.finish(nil)
                return
            case .cut:
                await context.close()
                throw CancellationError()
            }
        }
        throw CancellationError()
    }
}
