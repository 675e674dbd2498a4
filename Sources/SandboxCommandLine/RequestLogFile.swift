import AuthentikSandbox
import Files
import JSON
import Synchronization
import SystemPackage

/// A file that gets a line of JSON for each request.
final class RequestLogFile: Sendable {
    /// Why the file cannot be used; one sentence without a full stop.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String
    private let file: FileDescriptor
    /// Whether writing failed, which is said once.
    private let isBroken = Mutex(false)

    /// Opens the file, and makes it, readable for its owner only, if it is not there; what it holds is kept.
    ///
    /// - Throws: ``Failure``.
    init(path: String) throws(Failure) {
        do {
            file = try PrivateFile.openToAppend(path)
        } catch {
            throw Failure(description: "the log file '\(path)' cannot be opened: \(error)")
        }
        self.path = path
    }

    deinit {
        try? file.close()
    }

    func write(_ entry: RequestLogEntry) {
        let line = entry.json.serialized() + [UInt8(ascii: "\n")]
        // The lock keeps lines whole.
        isBroken.withLock { isBroken in
            guard !isBroken else { return }
            do {
                try file.writeAll(line)
            } catch {
                isBroken = true
                Terminal.complain("error: the log file '\(path)' cannot be written: \(error); it ends here")
            }
        }
    }
}

/// Where a served sandbox tells what it does: a line at once, and none where nobody reads any more.
enum Terminal {
    static func print(_ line: String) { write(line, to: .standardOutput) }
    static func complain(_ line: String) { write(line, to: .standardError) }

    private static func write(_ line: String, to descriptor: FileDescriptor) {
        _ = try? descriptor.writeAll(Array((line + "\n").utf8))
    }
}
