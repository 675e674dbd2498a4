import Glibc
import SystemPackage

/// A connection to a port of 127.0.0.1 over which anything can be sent, in any pieces, or nothing.
///
/// It never blocks a thread: what cannot be done yet is tried again until it can.
actor RawClient {
    /// The other side did not do in a long time what was waited for.
    struct Impatience: Error {}

    /// How often something is tried, ten milliseconds apart.
    private static let patience = 60_000

    private let socket: Int32
    private(set) var received: [UInt8] = []
    /// Whether nothing more comes: the other side closed or reset the connection.
    private(set) var isAtEnd = false

    /// Connects, or begins to.
    init(port: Int) throws {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        socket = Glibc.socket(AF_INET, Int32(kind), 0)
        guard socket >= 0 else { throw Errno.current }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, length) }
        }
        // It is closed when this is dropped, as it is at once where the initializer throws.
        guard code == 0 || errno == EINPROGRESS else { throw Errno.current }
    }

    deinit { Glibc.close(socket) }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Sends all of it, or as much as the other side takes before it closes.
    ///
    /// - Throws: ``Impatience`` if the other side neither takes it nor closes.
    func send(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        var tries = 0
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            guard errno == EAGAIN else { return }
            try await pause(&tries)
        }
    }

    /// Waits until what was received meets a condition, or nothing more comes.
    @discardableResult
    func receive(until isEnough: ([UInt8]) -> Bool = { _ in false }) async throws -> String {
        var tries = 0
        while !isEnough(received), !isAtEnd {
            if !look(), !isAtEnd { try await pause(&tries) }
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// The answer to a request that asks for the end of the connection.
    func answer(_ request: String) async throws -> RawAnswer {
        try await send(request)
        return RawAnswer(try await receive())
    }

    /// - Returns: whether anything came.
    private func look() -> Bool {
        let chunk = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            let size = recv(socket, buffer.baseAddress, buffer.count, 0)
            if size == 0 || size < 0 && errno != EAGAIN { isAtEnd = true }
            count = max(0, size)
        }
        received += chunk
        return !chunk.isEmpty
    }

    private func pause(_ tries: inout Int) async throws {
        tries += 1
        guard tries < Self.patience else { throw Impatience() }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// An answer as it came over the wire.
struct RawAnswer: Sendable {
    var status: Int
    /// As they came, but for `Date`.
    var headers: [String]
    var body: String

    init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n").map(String.init)
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        headers = lines.dropFirst().filter { !$0.lowercased().hasPrefix("date:") }
        body = parts.count > 1 ? String(parts[1]) : ""
    }

    /// The first value of a field.
    subscript(_ name: String) -> String? {
        let prefix = "\(name.lowercased()):"
        return headers.first { $0.lowercased().hasPrefix(prefix) }
            .map { $0.dropFirst(prefix.count).drop { $0 == " " }.description }
    }
}

extension Errno {
    fileprivate static var current: Errno { Errno(rawValue: errno) }
}
