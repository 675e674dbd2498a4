import Foundation
import Glibc

/// An HTTP proxy on a loopback port that opens a tunnel for each `CONNECT` (RFC 9110, section 9.3.6).
final class ConnectProxy: Sendable {
    let port: Int
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = try Self.bound(listener)
        Thread.detachNewThread { [listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    close(listener)
                    return
                }
                Thread.detachNewThread { Self.tunnel(client) }
            }
        }
    }

    /// Opens no further tunnel; those that are open end with their connections.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return address
    }

    private static func bound(_ listener: Int32) throws -> Int {
        var address = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Reads `CONNECT localhost:43217 HTTP/1.1`, connects to that port of the loopback interface, and copies both ways.
    private static func tunnel(_ client: Int32) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), read(client, &byte, 1) == 1 { head.append(byte) }
        let target = String(decoding: head, as: UTF8.self).split(separator: " ").dropFirst().first
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = address(target.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) } ?? 0)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let answer = Array("HTTP/1.1 \(isConnected ? "200 Connection established" : "502 Bad Gateway")\r\n\r\n".utf8)
        _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
        guard isConnected else {
            close(client)
            close(server)
            return
        }
        // Closed by one thread, their numbers could be those of others' sockets before the other thread is done with them.
        let isDone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            copy(from: server, to: client)
            isDone.signal()
        }
        copy(from: client, to: server)
        isDone.wait()
        close(client)
        close(server)
    }

    private static func copy(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }
}
