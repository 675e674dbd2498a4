import FoundationEssentials
import Glibc
import SystemPackage

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
    static func write(_ text: String) {
        ProgressLine.clear()
        FileDescriptor.standardOutput.writeWhole(text)
    }
}

/// Where the log and errors go.
enum StandardError {
    /// Writes a line at once.
    static func print(_ line: String) { write(line + "\n") }

    /// Writes text at once, as it is.
    static func write(_ text: String) {
        ProgressLine.clear()
        FileDescriptor.standardError.writeWhole(text)
    }
}

extension FileDescriptor {
    /// Gives up where nobody reads any more: there is nobody left to tell.
    fileprivate func writeWhole(_ text: String) {
        _ = try? writeAll([UInt8](text.utf8))
    }
}
