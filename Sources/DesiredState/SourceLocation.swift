/// A place in a file.
package struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The path as it was given.
    package var file: String
    /// Counted from 1.
    package var line: Int
    /// In characters, counted from 1.
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `homelab.yaml:14:7`, as compilers print it.
    package var description: String { "\(file):\(line):\(column)" }
}
