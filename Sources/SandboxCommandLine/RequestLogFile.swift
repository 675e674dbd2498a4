import AuthentikSandbox
import Files
import JSON
import Synchronization
import SystemPackage

/// A file to which each request is appended as a line of JSON.
final class RequestLogFile: Sendable {
    /// Why the file cannot be used: a sentence without a full stop.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String
    private let file: FileDescriptor
    /// Whether writing failed, which is reported once.
    private let isBroken = Mutex(false)

    /// Opens the file, or creates it, readable by its owner only; its contents are kept.
    ///
    /// - Throws: ``Failure``.
    init(path: String) throws(Failure) {
        do {
            file = try PrivateFile.openToAppend(path)
        } catch {
            throw Failure(description: "cannot open the log file '\(path)': \(error)")
        }
        self.path = path
    }

    deinit {
        try? file.close()
    }

    func write(_ entry: RequestLogEntry) {
        let line = entry.json.serialized() + [UInt8(ascii: "\n")]
        // The lock keeps lines intact.
        isBroken.withLock { isBroken in
            guard !isBroken else { return }
            do {
                try file.writeAll(line)
            } catch {
                isBroken = true
                Terminal.complain(
                    "error: the log file '\(path)' cannot be written: \(error); no more requests are logged"
                )
            }
        }
    }
}

/// The output of a sandbox: each line is written immediately, and without an error if nobody reads it any more.
enum Terminal {
    static func print(_ line: String) { write(line, to: .standardOutput) }
    static func complain(_ line: String) { write(line, to: .standardError) }

    private static func write(_ line: String, to descriptor: FileDescriptor) {
        _ = try? descriptor.writeAll(Array((line + "\n").utf8))
    }
}
