internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Access to files, with the reason when there is none.
enum SourceFile {
    struct Failure: Error {
        /// The system's words: `No such file or directory`.
        var reason: String

        init(errno code: Int32) { reason = String(cString: strerror(code)) }
    }

    /// The bytes of a file, symlinks followed; a pipe is read to its end.
    ///
    /// - Parameter limit: Reading stops behind this many bytes, so that a caller sees that there are more.
    static func contents(of path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = readSome(descriptor, &buffer)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(errno: errno)
            }
            bytes += buffer[..<count]
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
