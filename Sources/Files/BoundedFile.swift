import SystemPackage

/// A file that somebody names, and that may be anything: it is read up to a limit.
package enum BoundedFile {
    /// What may be read.
    package enum Kind: Sendable {
        /// A regular file, by a link or not: neither a pipe, at which a reader may wait for ever, nor a device.
        case regular
        /// Anything with an end, such as what a shell's `<(…)` makes.
        case any
    }

    /// - Parameters:
    ///   - limit: in bytes.
    ///   - kind: what may be read.
    /// - Throws: ``FileFailure``, also if it is larger.
    package static func contents(
        of path: String,
        limit: Int,
        kind: Kind = .regular
    ) throws(FileFailure) -> [UInt8] {
        do {
            // A pipe without a writer would hold up even the opening.
            let options: FileDescriptor.OpenOptions = kind == .regular ? [.closeOnExec, .nonBlocking] : .closeOnExec
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: options)
            return try file.closeAfter {
                if kind == .regular {
                    let facts = try file.stat()
                    guard facts.type == .regular else { throw FileFailure("it is not a regular file") }
                    guard facts.size <= limit else { throw tooLarge(limit) }
                }
                return try contents(of: file, limit: limit)
            }
        } catch let failure as FileFailure {
            throw failure
        } catch {
            throw FileFailure(error)
        }
    }

    private static func contents(of file: FileDescriptor, limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else { throw tooLarge(limit) }
            bytes += buffer[..<count]
        }
    }

    private static func tooLarge(_ limit: Int) -> FileFailure {
        FileFailure(limit >= 1 << 20 ? "it is larger than \(limit >> 20) MB" : "it is larger than \(limit) bytes")
    }
}
