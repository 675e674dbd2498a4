import FoundationEssentials
import Glibc
import Status

/// Detects changes of files by checking them twice a second.
///
/// A check costs a few microseconds per file, works on every file system and mount, and cannot miss events the way a
/// full event queue does. A change is reported once the file is unchanged between two checks, so that a partly written
/// file is not read.
struct FileWatch: Sendable {
    /// The paths to check; each group has its own trigger.
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

    /// The time between two checks.
    static let period: Duration = .milliseconds(500)

    /// The paths that changed, of what the last look reported.
    private(set) var changed: Set<String> = []
    private var known: [Trigger: [String: FileSignature?]] = [:]
    private var last: [Trigger: [String: FileSignature?]] = [:]

    init(_ paths: Paths) {
        known = Self.look(paths)
        last = known
    }

    /// Checks once.
    ///
    /// - Returns: the groups that have changed since they were last reported, and are now stable.
    mutating func look(at paths: Paths) -> [Trigger] {
        let now = Self.look(paths)
        defer { last = now }
        changed = []
        return now.compactMap { trigger, signatures -> Trigger? in
            // The previous state of a new path is unknown.
            let before = known[trigger] ?? [:]
            known[trigger] = before.filter { signatures.keys.contains($0.key) }
                .merging(signatures.filter { before[$0.key] == nil }) { old, _ in old }
            guard signatures != known[trigger], signatures == last[trigger] else { return nil }
            changed.formUnion(signatures.filter { path, signature in known[trigger]?[path] != .some(signature) }.keys)
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

/// Identifies the content of a file without reading it (stat(2), following symlinks).
///
/// It changes with a rename over the file, a new symlink target, an edit in place and a removal.
struct FileSignature: Sendable, Hashable {
    private var device: UInt64
    private var inode: UInt64
    private var size: Int64
    /// The modification times of content and inode, in nanoseconds.
    private var times: [Int]
    /// For a directory: its entries.
    private var entries: [String: FileSignature] = [:]

    /// - Returns: nil if the path does not exist.
    init?(_ path: String) {
        guard let signature = Self.file(path) else { return nil }
        self = signature.value
        guard signature.isDirectory else { return }
        // A directory's own times change if an entry is added or removed, those of its files if one is written.
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
