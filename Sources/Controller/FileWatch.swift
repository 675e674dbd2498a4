import FoundationEssentials
import Glibc
import Status

/// Notices when files change, by looking at them twice a second.
///
/// Looking costs a few microseconds a file, works on every file system and mount, and cannot miss what an event queue
/// would have dropped. A change is reported once the file has been the same for two looks, so that a file
/// that is being written is not read half way.
struct FileWatch: Sendable {
    /// What is looked at; each part has a trigger of its own.
    struct Paths: Sendable, Equatable {
        /// Desired-state files and directories.
        var configuration: [String]
        /// The file with the API token; nil without one.
        var token: String?
        /// Files with client secrets.
        var secrets: [String]

        init(configuration: [String], token: String? = nil, secrets: [String] = []) {
            self.configuration = configuration
            self.token = token
            self.secrets = secrets
        }

        fileprivate var parts: [Trigger: [String]] {
            [.file: configuration, .token: [token].compactMap { $0 }, .secret: secrets]
        }
    }

    /// Between two looks.
    static let period: Duration = .milliseconds(500)

    private var known: [Trigger: [String: FileSignature?]] = [:]
    private var last: [Trigger: [String: FileSignature?]] = [:]

    init(_ paths: Paths) {
        known = Self.look(paths)
        last = known
    }

    /// Looks once.
    ///
    /// - Returns: the parts that changed since they were last reported, and are stable now.
    mutating func look(at paths: Paths) -> [Trigger] {
        let now = Self.look(paths)
        defer { last = now }
        return now.compactMap { trigger, signatures -> Trigger? in
            // Of a path that is new here nobody has read what it was before.
            let before = known[trigger] ?? [:]
            known[trigger] = before.filter { signatures.keys.contains($0.key) }
                .merging(signatures.filter { before[$0.key] == nil }) { old, _ in old }
            guard signatures != known[trigger], signatures == last[trigger] else { return nil }
            known[trigger] = signatures
            return trigger
        }.sorted()
    }

    private static func look(_ paths: Paths) -> [Trigger: [String: FileSignature?]] {
        paths.parts.mapValues { paths in
            Dictionary(paths.map { ($0, FileSignature($0)) }, uniquingKeysWith: { first, _ in first })
        }
    }
}

/// Distinguishes contents of a file without reading it (stat(2), symlinks followed).
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
