import Glibc

/// A system call that failed.
package struct SystemCallError: Error, CustomStringConvertible {
    package var call: String
    package var code: Int32

    init(_ call: String) {
        self.call = call
        code = errno
    }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// A socket that listens on a free port of 127.0.0.1, and the port.
func listenOnLoopback() throws -> (socket: Int32, port: Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard listener >= 0 else { throw SystemCallError("socket") }
    do {
        return (listener, try bindToFreePort(listener, isListening: true))
    } catch {
        close(listener)
        throw error
    }
}

/// A port of 127.0.0.1 where nobody listens, kept so for as long as `body` runs.
package func withRefusingPort<Result>(_ body: (Int) async throws -> Result) async throws -> Result {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw SystemCallError("socket") }
    defer { close(socket) }
    return try await body(try bindToFreePort(socket, isListening: false))
}

private func bindToFreePort(_ socket: Int32, isListening: Bool) throws -> Int {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            guard bind(socket, pointer, length) == 0 else { throw SystemCallError("bind") }
            guard !isListening || listen(socket, 128) == 0 else { throw SystemCallError("listen") }
            guard getsockname(socket, pointer, &length) == 0 else { throw SystemCallError("getsockname") }
        }
    }
    return Int(UInt16(bigEndian: address.sin_port))
}
