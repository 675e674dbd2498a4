import Glibc

/// A free port of 127.0.0.1 that nobody else gets, for as long as this lives.
///
/// A socket is bound to it and never listens, so connections are refused whenever the server is away; with
/// `SO_REUSEADDR` on both, the server can listen beside it.
final class ReservedPort: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let call: String
        let code: Int32

        init(_ call: String) {
            self.call = call
            code = errno
        }

        var description: String { "\(call): \(String(cString: strerror(code)))" }
    }

    private let descriptor: Int32
    let number: Int

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("socket") }
        do {
            number = try Self.bindToFreePort(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
    }

    private static func bindToFreePort(_ socket: Int32) throws -> Int {
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, size) == 0 else { throw Failure("setsockopt") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard bind(socket, pointer, length) == 0 else { throw Failure("bind") }
                guard getsockname(socket, pointer, &length) == 0 else { throw Failure("getsockname") }
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
