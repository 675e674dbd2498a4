import Glibc
package import Secrets

/// A file that holds a secret: readable for its owner only, and replaced as a whole.
package enum PrivateFile {
    /// Why it cannot be written: a clause that names the file.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String

        fileprivate init(_ path: String) {
            description = "the file '\(path)' cannot be written: \(String(cString: strerror(errno)))"
        }
    }

    /// Makes a file hold a secret and a line break, with mode 0600.
    ///
    /// - Returns: whether anything had to be changed.
    /// - Throws: ``Failure``; the file is as it was then.
    package static func hold(_ secret: Secret, at path: String) throws(Failure) -> Bool {
        let bytes = [UInt8]("\(secret.exposed)\n".utf8)
        if isPrivate(path), contents(of: path, upTo: bytes.count + 1) == bytes { return false }
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        // Whatever the umask says, nobody else ever may read it.
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(path) }
        let isWritten = write(bytes, to: descriptor) && fsync(descriptor) == 0
        let failure = Failure(path)
        close(descriptor)
        guard isWritten else {
            unlink(temporary)
            throw failure
        }
        guard rename(temporary, path) == 0 else {
            let failure = Failure(path)
            unlink(temporary)
            throw failure
        }
        return true
    }

    private static func isPrivate(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & 0o7777 == 0o600
    }

    private static func contents(of path: String, upTo limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = read(descriptor, &bytes, limit)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return false }
            rest = rest.dropFirst(max(0, count))
        }
        return true
    }
}
