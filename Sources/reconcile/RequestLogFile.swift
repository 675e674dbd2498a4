import AuthentikSandbox
import Glibc
import JSON
import Synchronization

/// A file that gets a line of JSON for each request.
final class RequestLogFile: Sendable {
    /// Why the file cannot be used; one sentence without a full stop.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String
    private let descriptor: Int32
    /// Whether writing failed, which is said once.
    private let isBroken = Mutex(false)

    /// Opens the file, and makes it, readable for its owner only, if it is not there; what it holds is kept.
    ///
    /// - Throws: ``Failure``.
    init(path: String) throws(Failure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        self.path = path
        guard descriptor >= 0 else {
            throw Failure(description: "the log file '\(path)' cannot be opened: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ entry: RequestLogEntry) {
        let line = entry.json.serialized() + [UInt8(ascii: "\n")]
        // The lock keeps lines whole.
        isBroken.withLock { isBroken in
            guard !isBroken, let reason = writeAll(line) else { return }
            isBroken = true
            StandardError.print("error: the log file '\(path)' cannot be written: \(reason); it ends here")
        }
    }

    /// - Returns: What is wrong; nil if all was written.
    private func writeAll(_ bytes: [UInt8]) -> String? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno != EINTR { return String(cString: strerror(errno)) }
            rest = rest.dropFirst(max(0, count))
        }
        return nil
    }
}
