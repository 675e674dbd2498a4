import ArgumentParser
import Files
import FoundationEssentials
import Secrets

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

/// Who may ask the daemon for a pass.
struct TriggerTokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the bearer token that POST /reconcile needs. (environment: RECONCILE_TRIGGER_TOKEN_FILE)",
            valueName: "file"
        )
    )
    var triggerTokenFile: String?

    func validate() throws {
        guard let path else { return }
        do {
            guard try Self.token(path) == nil else { return }
        } catch {
            throw ValidationError("the trigger token file '\(path)' cannot be read: \(error)")
        }
        throw ValidationError("the trigger token file '\(path)' is empty")
    }

    var path: String? {
        let path = triggerTokenFile ?? ProcessInfo.processInfo.environment["RECONCILE_TRIGGER_TOKEN_FILE"] ?? ""
        return path.isEmpty ? nil : path
    }

    /// Reads it anew each time; nil if everybody may ask.
    var token: (@Sendable () -> Secret?)? {
        guard let path else { return nil }
        return { try? Self.token(path) }
    }

    /// A pipe would give it only once.
    ///
    /// - Returns: nil if it is empty.
    private static func token(_ path: String) throws(FileFailure) -> Secret? {
        let token = try TokenFile.text(path, .regular).trimmingWhitespace()
        return token.isEmpty ? nil : Secret(token)
    }
}

extension String {
    func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
