import Glibc

/// A free port of 127.0.0.1 that nobody else gets, for as long as this lives.
///
/// A socket is bound to it and never listens, so connections are refused while no server of the test is there; with
/// `SO_REUSEADDR` on both, the server can listen beside it.
package final class ReservedPort: Sendable {
    private let socket: Int32
    package let number: Int

    package init() throws {
        (socket, number) = try bindToLoopback(flags: 0) { socket in
            var on: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            guard setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, size) == 0 else {
                throw SystemCallError("setsockopt")
            }
        }
    }

    deinit { close(socket) }
}

/// Runs `body` with a port of 127.0.0.1 where nobody listens.
package func withRefusingPort<Result>(_ body: (Int) async throws -> Result) async throws -> Result {
    let port = try ReservedPort()
    defer { withExtendedLifetime(port) {} }
    return try await body(port.number)
}
