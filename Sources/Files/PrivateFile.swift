import Glibc
package import SystemPackage

/// A file that only its owner may read, and that is replaced atomically by rename(2): at any time it has either the old
/// or the new content.
///
/// | at the path is | then |
/// |---|---|
/// | nothing | it is created with mode 0600 |
/// | a regular file | it is replaced by a new one with mode 0600 |
/// | a link owned by this user or root | it stays, and its target is created or replaced |
/// | a link owned by another user | refused: its owner could choose which file is overwritten |
/// | a pipe, a device, a directory | refused |
package enum PrivateFile {
    /// Longer chains of links are considered loops, as by the kernel.
    private static let mostLinks = 40

    /// Writes the content of a file.
    ///
    /// - Throws: ``FileFailure``; then the file is unchanged.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileFailure) {
        let place = try place(of: path)
        // The name cannot be predicted by others who may write to the same folder, and an existing file is never
        // opened.
        let temporary = FilePath("\(place).\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).new")
        do {
            let file = try FileDescriptor.open(
                temporary,
                .writeOnly,
                options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: .ownerReadWrite
            )
            do {
                try file.closeAfter {
                    try file.writeAll(bytes)
                    // The content must be on disk before the name refers to it.
                    guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
                }
                guard rename(temporary.string, place.string) == 0 else { throw Errno(rawValue: errno) }
            } catch {
                unlink(temporary.string)
                throw error
            }
        } catch {
            throw FileFailure(error)
        }
    }

    /// Opens a file for appending, and creates it if it does not exist; the mode of an existing file is kept.
    ///
    /// - Throws: ``FileFailure``
    package static func openToAppend(_ path: String) throws(FileFailure) -> FileDescriptor {
        let place = try place(of: path)
        do {
            return try FileDescriptor.open(
                place,
                .writeOnly,
                options: [.create, .append, .noFollow, .closeOnExec],
                permissions: .ownerReadWrite
            )
        } catch {
            throw FileFailure(error)
        }
    }

    /// Checks whether a file can be written before there is anything to write.
    ///
    /// - Throws: ``FileFailure`` with the reason.
    package static func checkWritable(_ path: String) throws(FileFailure) {
        let folder = try place(of: path).removingLastComponent()
        guard access(folder.string.isEmpty ? "." : folder.string, W_OK | X_OK) != 0 else { return }
        let reason = FileFailure(Errno(rawValue: errno))
        throw FileFailure("its folder '\(folder)': \(reason)")
    }

    /// Writes the content of a file, unless the file already has it and is private.
    ///
    /// - Returns: whether anything had to be changed.
    /// - Throws: ``FileFailure``; then the file is unchanged.
    package static func hold(_ bytes: [UInt8], at path: String) throws(FileFailure) -> Bool {
        if let facts = try? FilePath(path).stat(), facts.permissions == .ownerReadWrite,
            let present = try? BoundedFile.contents(of: path, limit: bytes.count), present == bytes
        {
            return false
        }
        try write(bytes, to: path)
        return true
    }

    /// Resolves the symbolic links at a path.
    private static func place(of path: String) throws(FileFailure) -> FilePath {
        var place = FilePath(path)
        for _ in 0..<mostLinks {
            let facts: Stat
            do {
                facts = try place.stat(followTargetSymlink: false)
            } catch {
                if error == .noSuchFileOrDirectory { return place }
                throw FileFailure(error)
            }
            switch facts.type {
            case .regular: return place
            case .symbolicLink:
                guard [0, geteuid()].contains(facts.userID.rawValue) else {
                    throw FileFailure(
                        "'\(place)' is a symbolic link owned by another user, who could choose which file is overwritten"
                    )
                }
                place = place.removingLastComponent().pushing(try target(of: place))
            default: throw FileFailure("it is not a regular file")
            }
        }
        throw FileFailure(Errno.tooManySymbolicLinkLevels)
    }

    private static func target(of link: FilePath) throws(FileFailure) -> FilePath {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(link.string, &bytes, bytes.count - 1)
        guard count >= 0 else { throw FileFailure(Errno(rawValue: errno)) }
        return FilePath(String(decoding: bytes.prefix(count).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self))
    }
}

/// Whether a file is accessible only to its owner and group.
package enum FileExposure {
    /// Whether all users of this machine may read it, by its own mode and those of all its parent folders.
    ///
    /// Group permissions are ignored, because Kubernetes uses them to let a pod read its Secrets. False for a missing
    /// file.
    package static func isReadableByOthers(_ path: String) -> Bool {
        guard let resolved = realpath(path, nil) else { return false }
        defer { free(resolved) }
        var place = FilePath(platformString: resolved)
        guard permissions(of: place).contains(.otherRead) else { return false }
        while place.removeLastComponent() {
            guard permissions(of: place).contains(.otherExecute) else { return false }
        }
        return true
    }

    private static func permissions(of path: FilePath) -> FilePermissions {
        (try? path.stat().permissions) ?? []
    }
}
