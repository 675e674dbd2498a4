internal import Base
internal import Files
internal import FoundationEssentials
internal import Glibc
internal import YAMLDocument

/// Access to files, with the reason for a failure.
package enum SourceFile {
    package struct Failure: Error {
        /// The system's error number, if it is a system error.
        package var code: Int32?
        /// The system's error message, or our own: `No such file or directory`.
        package var reason: String

        init(errno code: Int32) {
            self.code = code
            reason = String(cString: strerror(code))
        }

        init(_ reason: String) { self.reason = reason }

        package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
        package var isForbidden: Bool { code == EACCES || code == EPERM }
    }

    /// The path of the standard input.
    package static let standardInput = "/dev/stdin"

    /// What messages call a file by: its path, or `stdin`.
    static func name(of path: String) -> String { path == standardInput ? "stdin" : path }

    /// The bytes of a file, symlinks followed.
    ///
    /// - Parameters:
    ///   - limit: Reading stops after one byte more than this, so that callers can detect longer files.
    ///   - takesPipes: Whether other files than regular ones are accepted, such as the pipe of a shell's `<(…)`. A pipe is
    ///     read to its end, with a time limit.
    package static func contents(of path: String, limit: Int, takesPipes: Bool) throws(Failure) -> [UInt8] {
        // Without O_NONBLOCK, opening a pipe waits for a writer.
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

    /// Identifies a file whatever its path; nil if it does not exist.
    static func identity(_ path: String) -> [UInt64]? {
        status(path).map { [UInt64(truncatingIfNeeded: $0.st_dev), UInt64($0.st_ino)] }
    }

    /// The names of a directory's entries.
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

/// Finds the files at some paths, and reads them.
struct SourceFinder {
    enum Found {
        case source(DesiredStateLoader.Source)
        /// A diagnostic about a path that was not read.
        case remark(DiagnosticLog)
    }

    private(set) var found: [Found] = []
    private var known: Set<[UInt64]> = []

    mutating func add(path: String) {
        guard SourceFile.isDirectory(path) else { return add(file: path) }
        do throws(SourceFile.Failure) {
            let names = try SourceFile.names(in: path).filter { name in
                !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
            }
            let files = names.sorted()
                .map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
                .filter { !SourceFile.isDirectory($0) }
            // A pipe in a directory is an error; it is not waited for.
            files.forEach { add(file: $0, takesPipes: false) }
            if files.isEmpty { refuse(path, "no .yaml or .yml file in this directory") }
        } catch {
            refuse(path, "cannot read the directory: \(error.reason)")
        }
    }

    mutating func refuse(_ path: String, _ message: String) {
        let log = DiagnosticLog(file: SourceFile.name(of: path))
        log.error(message)
        found.append(.remark(log))
    }

    private mutating func add(file path: String, takesPipes: Bool = true) {
        if let identity = SourceFile.identity(path), !known.insert(identity).inserted {
            let log = DiagnosticLog(file: SourceFile.name(of: path))
            log.warning("the file is given twice", hint: "it is read once")
            found.append(.remark(log))
            return
        }
        do throws(SourceFile.Failure) {
            let bytes = try SourceFile.contents(of: path, limit: YAMLLimits().bytes, takesPipes: takesPipes)
            found.append(.source(DesiredStateLoader.Source(path: SourceFile.name(of: path), bytes: bytes)))
        } catch {
            refuse(path, "cannot read the file: \(error.reason)")
        }
    }
}

/// The current contents of some files and directories, not yet parsed.
package struct DesiredSources {
    let found: [SourceFinder.Found]

    /// Reads them.
    ///
    /// Symlinks are followed, as a mounted ConfigMap needs it. A file that is given twice is read once, with a warning.
    ///
    /// - Parameter paths: Files, or directories whose `.yaml` and `.yml` files are read in the order of their names;
    ///   names that begin with a dot are skipped, subdirectories are not entered.
    package init(paths: [String]) {
        var finder = SourceFinder()
        paths.forEach { finder.add(path: $0) }
        if paths.isEmpty { finder.refuse("", "no file given") }
        found = finder.found
    }

    /// SHA-256 over names and contents (FIPS 180-4), as `sha256:` and hexadecimal digits.
    package var hash: String {
        var hash = SHA256()
        for found in found {
            switch found {
            case .source(let source):
                hash.update(Array("\(source.path)\u{0}\(source.bytes.count)\u{0}".utf8))
                hash.update(source.bytes)
            case .remark(let log):
                for diagnostic in log.finished {
                    hash.update(Array("\(diagnostic.file)\u{0}\(diagnostic.message)\u{0}".utf8))
                }
            }
        }
        let digits = hash.digest().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }
        return "sha256:\(digits.joined())"
    }
}
