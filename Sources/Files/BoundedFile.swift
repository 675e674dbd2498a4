import SystemPackage

/// Reads a user-specified file, which may be anything, up to a limit.
package enum BoundedFile {
    /// The types of files that may be read.
    package enum Kind: Sendable {
        /// A regular file, possibly through a symbolic link: not a pipe, where reading may block forever, nor a device.
        case regular
        /// Anything with an end, such as a shell's `<(…)`; a pipe is waited for within limits.
        case any
    }

    /// - Parameters:
    ///   - limit: in bytes.
    ///   - kind: what may be read.
    /// - Throws: ``FileFailure``, also if the file is larger.
    package static func contents(
        of path: String,
        limit: Int,
        kind: Kind = .regular
    ) throws(FileFailure) -> [UInt8] {
        try withFile(path, kind) { file, facts in
            if kind == .regular, facts.size > limit { throw tooLarge(limit) }
            let pipe = facts.type == .regular ? nil : PipeWait(file.rawValue, isNamed: facts.type == .fifo)
            return try contents(of: file, limit: limit, pipe)
        }
    }

    /// Checks whether it is a readable regular file, possibly through a symbolic link.
    ///
    /// - Throws: ``FileFailure`` if it is not.
    package static func check(_ path: String) throws(FileFailure) {
        try withFile(path, .regular) { _, _ in }
    }

    private static func withFile<Result>(
        _ path: String,
        _ kind: Kind,
        _ body: (FileDescriptor, Stat) throws -> Result
    ) throws(FileFailure) -> Result {
        do {
            // Even opening would block on a pipe without a writer.
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                let facts = try file.stat()
                guard kind == .any || facts.type == .regular else { throw FileFailure("it is not a regular file") }
                return try body(file, facts)
            }
        } catch let failure as FileFailure {
            throw failure
        } catch {
            throw FileFailure(error)
        }
    }

    private static func contents(of file: FileDescriptor, limit: Int, _ pipe: PipeWait?) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            do {
                let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                if count == 0 {
                    guard bytes.isEmpty, try pipe?.waitForWriter() == true else { return bytes }
                }
                guard bytes.count + count <= limit else { throw tooLarge(limit) }
                bytes += buffer[..<count]
            } catch Errno.wouldBlock where pipe != nil {
                try pipe?.waitForBytes()
            }
        }
    }

    private static func tooLarge(_ limit: Int) -> FileFailure {
        FileFailure(limit >= 1 << 20 ? "it is larger than \(limit >> 20) MB" : "it is larger than \(limit) bytes")
    }
}

/// Why a file cannot be read or written.
package struct FileFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// A clause without the file's name: `No such file or directory`, `it is not a regular file`.
    package let description: String
    /// Whether the file does not exist.
    package let isMissing: Bool

    package init(_ description: String) {
        self.description = description
        isMissing = false
    }

    init(_ error: any Error) {
        description = "\(error)"
        isMissing = error as? Errno == .noSuchFileOrDirectory
    }
}
