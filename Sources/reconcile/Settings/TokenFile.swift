import ArgumentParser
import Files
import FoundationEssentials
import Secrets

/// A file with a token; a pipe, as a shell's `<(…)` makes it, is one too.
enum TokenFile {
    private static let limit = 1 << 16

    /// - Returns: nil if there is none to read.
    static func text(_ path: String) -> String? {
        guard let bytes = try? BoundedFile.contents(of: path, limit: limit, kind: .any) else { return nil }
        return String(validating: bytes, as: UTF8.self)
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
        if let path, Self.token(path) == nil {
            throw ValidationError("the trigger token file '\(path)' cannot be read, or is empty")
        }
    }

    var path: String? {
        let path = triggerTokenFile ?? ProcessInfo.processInfo.environment["RECONCILE_TRIGGER_TOKEN_FILE"] ?? ""
        return path.isEmpty ? nil : path
    }

    /// Reads it anew each time; nil if everybody may ask.
    var token: (@Sendable () -> Secret?)? {
        guard let path else { return nil }
        return { Self.token(path) }
    }

    /// - Returns: nil if there is none to read.
    private static func token(_ path: String) -> Secret? {
        let token = TokenFile.text(path)?.trimmingWhitespace() ?? ""
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
