import Base
import Files

/// A file with a token; a pipe, as a shell's `<(…)` makes it, is one too.
enum TokenFile {
    private static let limit = 1 << 16

    /// - Throws: why there is none to read.
    static func text(_ path: String, _ kind: BoundedFile.Kind) throws(FileFailure) -> String {
        let bytes = try BoundedFile.contents(of: path, limit: limit, kind: kind)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileFailure("it is not text") }
        return text
    }
}

/// The file with the token of Authentik is of no use; a matter of that file, and not of how the command is used.
struct TokenFileError: Error, CustomStringConvertible {
    let description: String

    init(_ path: String, _ failure: FileFailure) {
        description = "the token file '\(path)' cannot be read: \(failure)"
    }
}
