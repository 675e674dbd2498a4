import Glibc

/// Runs `body` on a new detached thread.
///
/// - Throws: ``TransportError`` if the system gives no thread.
func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread,
        nil,
        { context in
            if let context {
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
            }
            return nil
        },
        box.toOpaque()
    )
    guard code == 0 else {
        box.release()
        throw TransportError.setup("no thread could be started: \(String(cString: strerror(code)))")
    }
    pthread_detach(thread)
}
