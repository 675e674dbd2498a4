/// Reads desired-state files.
package enum DesiredStateLoader {
    /// What came of reading the files.
    package struct Result: Sendable, Equatable {
        /// Nil if there is any error among the diagnostics.
        package var state: DesiredState?
        /// All mistakes and warnings of all files, ordered by file and position.
        package var diagnostics: [Diagnostic]
    }

    /// Reads the union of some files and directories.
    ///
    /// - Parameter paths: Files, or directories whose `.yaml` and `.yml` files are read in the order of their names;
    ///   names that begin with a dot are skipped.
    package static func load(paths: [String]) -> Result {
        Result(state: nil, diagnostics: [])
    }
}
