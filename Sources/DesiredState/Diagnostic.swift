package import Kinds

/// One thing to say about a file, as a compiler would.
package struct Diagnostic: Sendable, Equatable {
    package typealias Severity = Complaint.Severity

    package var severity: Severity
    /// The path of the file (or directory) it is about.
    package var file: String
    /// Counted from 1; nil when it is about the file as a whole.
    package var line: Int?
    /// In characters, counted from 1.
    package var column: Int?
    /// A sentence without a full stop: `unknown field 'redirectpath' in service 'grafana'`.
    package var message: String
    /// What to do about it: `did you mean 'redirectPath'?`.
    package var hint: String?
    /// The line of the file, to be shown with a caret below the column.
    package var sourceLine: String?
    /// How many diagnostics this one stands for, if it is about those that are not shown.
    package var omitted: Omitted?

    /// What a list of diagnostics leaves out.
    package struct Omitted: Sendable, Equatable {
        package var errors: Int
        package var warnings: Int
    }

    package init(
        _ severity: Severity,
        file: String,
        line: Int? = nil,
        column: Int? = nil,
        message: String,
        hint: String? = nil,
        sourceLine: String? = nil
    ) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
        self.sourceLine = sourceLine
    }
}
