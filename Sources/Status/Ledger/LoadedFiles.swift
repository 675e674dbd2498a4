package import Base
package import DesiredState

/// The desired-state files as they are in force.
package struct LoadedFiles: Sendable, Equatable {
    package var desired: DesiredState
    /// `sha256:` and hexadecimal digits.
    package var hash: String
    package var at: Timestamp
    package var warnings: [Diagnostic]

    package init(_ desired: DesiredState, hash: String, at time: Timestamp, warnings: [Diagnostic]) {
        self.desired = desired
        self.hash = hash
        at = time
        self.warnings = warnings
    }
}

/// What came of looking at the files again.
package enum FileChange: Sendable, Equatable {
    case same
    /// What is there now is in force.
    case loaded(LoadedFiles)
    /// What is there now has mistakes; what was in force stays so.
    case invalid([Diagnostic])
}
