import SystemPackage

/// Why a file cannot be read or written.
package struct FileFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// A clause without the file's name: `No such file or directory`, `it is not a regular file`.
    package let description: String
    /// Whether there is no such file.
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
