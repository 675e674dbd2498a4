import FoundationEssentials
import Glibc

/// What tells one content of a file from another without reading it (stat(2), symlinks followed).
///
/// A rename over it, a symlink's swap, an edit in place and a removal all change it.
struct FileSignature: Sendable, Hashable {
    private var device: UInt64
    private var inode: UInt64
    private var size: Int64
    /// Of the content and of the file's own record, to the nanosecond.
    private var times: [Int]
    /// Of a directory: what it holds.
    private var entries: [String: FileSignature] = [:]

    /// - Returns: nil if there is nothing under that path.
    init?(_ path: String) {
        guard let signature = Self.file(path) else { return nil }
        self = signature.value
        guard signature.isDirectory else { return }
        // The directory's own times change when it holds another file, those of its files when one is written to.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            if let file = Self.file("\(path)/\(name)") { entries[name] = file.value }
        }
    }

    private init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        times = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }

    private static func file(_ path: String) -> (value: FileSignature, isDirectory: Bool)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (FileSignature(status), status.st_mode & S_IFMT == S_IFDIR)
    }
}
