package import Status

/// Notices when files change, by looking at them twice a second.
///
/// Looking costs a few microseconds a file, works on every file system and mount, and cannot miss what an event queue
/// would have dropped. What changes is told once it has been the same for two looks, so that a file that is being
/// written is not read half way.
package struct FileWatch: Sendable {
    /// What is looked at; each part is told of by its own trigger.
    package struct Paths: Sendable, Equatable {
        /// Desired-state files and directories.
        package var configuration: [String]
        /// The file with the API token; nil without one.
        package var token: String?
        /// Files with client secrets.
        package var secrets: [String]

        package init(configuration: [String], token: String? = nil, secrets: [String] = []) {
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

    package init(_ paths: Paths) {
        known = Self.look(paths)
        last = known
    }

    /// Looks once.
    ///
    /// - Returns: the parts that changed since they were last told of, and rest now.
    package mutating func look(at paths: Paths) -> [Trigger] {
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
