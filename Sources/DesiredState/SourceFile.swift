internal import Files
internal import FoundationEssentials
internal import Glibc

/// Access to files, with the reason when there is none.
package enum SourceFile {
    package struct Failure: Error {
        /// The system's number for it, if the system found it.
        package var code: Int32?
        /// The system's words, or ours: `No such file or directory`.
        package var reason: String

        init(errno code: Int32) {
            self.code = code
            reason = String(cString: strerror(code))
        }

        init(_ reason: String) { self.reason = reason }

        package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
        package var isForbidden: Bool { code == EACCES || code == EPERM }
    }

    /// The bytes of a file, symlinks followed.
    ///
    /// - Parameters:
    ///   - limit: Reading stops behind this many bytes, so that a caller sees that there are more.
    ///   - takesPipes: Whether anything but a regular file may be read: a pipe, as `<(…)` of a shell is one. It is read
    ///     to its end, and waited for only so long.
    package static func contents(of path: String, limit: Int, takesPipes: Bool) throws(Failure) -> [UInt8] {
        // Opening a pipe would else wait for somebody who writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(errno: errno) }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind != S_IFDIR && takesPipes else { throw Failure("it is not a regular file") }
        let pipe = kind == S_IFREG ? nil : PipeWait(descriptor, isNamed: kind == S_IFIFO)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(1 << 16, limit + 1))
        while bytes.count <= limit {
            let count = readSome(descriptor, &buffer)
            let code = errno
            guard count >= 0 || code == EINTR || code == EAGAIN && pipe != nil else { throw Failure(errno: code) }
            do throws(FileFailure) {
                if count > 0 {
                    bytes += buffer[..<count]
                } else if count == 0 {
                    guard bytes.isEmpty, try pipe?.waitForWriter() == true else { return bytes }
                } else if code == EAGAIN {
                    try pipe?.waitForBytes()
                }
            } catch {
                throw Failure(error.description)
            }
        }
        return bytes
    }

    static func isDirectory(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// What tells a file from all others, however it is named; nil if it is not there.
    static func identity(_ path: String) -> [UInt64]? {
        status(path).map { [UInt64(truncatingIfNeeded: $0.st_dev), UInt64($0.st_ino)] }
    }

    /// The names of what a directory holds.
    static func names(in directory: String) throws(Failure) -> [String] {
        guard access(directory, R_OK | X_OK) == 0 else { throw Failure(errno: errno) }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw Failure(errno: EIO)
        }
    }

    private static func readSome(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
        buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}
