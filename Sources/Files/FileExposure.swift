import Glibc
import SystemPackage

/// Whether a file is for its owner and group only.
package enum FileExposure {
    /// Whether everybody on this machine may read it: it says so, and so does each folder on the way to it.
    ///
    /// The group does not count: by it Kubernetes lets a pod read its Secrets. False for what is not there.
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
