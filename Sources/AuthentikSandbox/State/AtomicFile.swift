#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that is replaced as a whole, by rename(2).
enum AtomicFile {
    /// What the system said.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        fileprivate init() {
            description = String(cString: strerror(errno))
        }
    }

    /// Replaces a file's content, or makes it, readable for its owner only.
    ///
    /// - Throws: ``Failure``; the file is as it was then.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure() }
        do throws(Failure) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor)
            // The name must not point to what is not on the disk yet.
            guard fsync(descriptor) == 0 else { throw Failure() }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let failure = Failure()
            unlink(temporary)
            throw failure
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { throw Failure() }
            rest = rest.dropFirst(max(0, count))
        }
    }
}

/// write(2), which the methods of that name hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
