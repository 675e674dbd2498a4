import FoundationEssentials
import Glibc
import SystemPackage

/// The environment of this process, used for options that are not on the command line.
enum Environment {
    static let variables = ProcessInfo.processInfo.environment

    /// The value of a variable; nil if it is not set, or empty.
    static subscript(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }
}

/// The output stream for results.
enum StandardOutput {
    /// Writes a line immediately.
    static func print(_ line: String) { write(line + "\n") }

    /// Writes a line immediately.
    static func write(_ text: String) {
        ProgressLine.clear()
        FileDescriptor.standardOutput.writeWhole(text)
    }
}

/// The output stream for the log and errors.
enum StandardError {
    /// Writes a line immediately.
    static func print(_ line: String) { write(line + "\n") }

    /// Writes text immediately and unchanged.
    static func write(_ text: String) {
        ProgressLine.clear()
        FileDescriptor.standardError.writeWhole(text)
    }
}

extension FileDescriptor {
    /// Stops if nobody reads the stream any more, since nothing can be reported then.
    fileprivate func writeWhole(_ text: String) {
        _ = try? writeAll([UInt8](text.utf8))
    }
}
