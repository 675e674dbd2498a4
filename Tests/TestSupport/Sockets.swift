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
    let bound = try bindToLoopback(flags: Int32(SOCK_NONBLOCK.rawValue)) { _ in }
    guard listen(bound.socket, 128) == 0 else {
        let error = SystemCallError("listen")
        close(bound.socket)
        throw error
    }
    return bound
}

/// A socket that is bound to a free port of 127.0.0.1, and the port.
///
/// - Parameter prepare: runs before the socket is bound.
func bindToLoopback(flags: Int32, prepare: (Int32) throws -> Void) throws -> (socket: Int32, port: Int) {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue) | flags, 0)
    guard socket >= 0 else { throw SystemCallError("socket") }
    do {
        try prepare(socket)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard bind(socket, pointer, length) == 0 else { throw SystemCallError("bind") }
                guard getsockname(socket, pointer, &length) == 0 else { throw SystemCallError("getsockname") }
            }
        }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    } catch {
        close(socket)
        throw error
    }
}
