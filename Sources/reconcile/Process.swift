import FoundationEssentials
import Glibc

/// The environment of this process, where options are looked for that the command line does not give.
enum Environment {
    static let variables = ProcessInfo.processInfo.environment

    /// What a variable holds; nil if it is not set, or empty.
    static subscript(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }
}

/// Where results go.
enum StandardOutput {
    /// Writes a line at once.
    static func print(_ line: String) { write(line + "\n") }

    /// Writes text at once, as it is.
    static func write(_ text: String) { writeAll(text, to: STDOUT_FILENO) }
}

/// Where the log and errors go.
enum StandardError {
    /// Writes a line at once.
    static func print(_ line: String) { write(line + "\n") }

    /// Writes text at once, as it is.
    static func write(_ text: String) { writeAll(text, to: STDERR_FILENO) }
}

/// Writes everything; gives up where nobody reads any more.
private func writeAll(_ text: String, to descriptor: Int32) {
    var bytes = [UInt8](text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno != EINTR { return }
        bytes = bytes.dropFirst(max(0, count))
    }
}
