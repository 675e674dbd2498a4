package import Kinds

/// An error or a warning about a file, in the form that compilers use.
package struct Diagnostic: Sendable, Equatable {
    package typealias Severity = Complaint.Severity

    package var severity: Severity
    /// The path of the file (or directory) it is about.
    package var file: String
    /// Counted from 1; nil when it is about the file as a whole.
    package var line: Int?
    /// In characters, counted from 1.
    package var column: Int?
    /// A sentence without a full stop: `service 'grafana': unknown field 'redirectpath'`.
    package var message: String
    /// What to do about it: `did you mean 'redirectPath'?`.
    package var hint: String?
    /// The line of the file, to be shown with a caret below the column.
    package var sourceLine: String?
    /// The number of diagnostics that are not shown, if this is the last one of a long list.
    package var omitted: Omitted?

    /// The number of diagnostics that a shortened list leaves out.
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

extension Diagnostic {
    /// The message for output that already names the part of the file that it is about: `service 'grafana'`.
    package func message(within subject: String) -> String {
        message.hasPrefix("\(subject): ") ? String(message.dropFirst(subject.count + 2)) : message
    }

    /// The message and what to do about it.
    var text: String { message + (hint.map { "; \($0)" } ?? "") }

    /// The number of errors that it counts for.
    var errors: Int { omitted?.errors ?? (severity == .error ? 1 : 0) }
    var warnings: Int { omitted?.warnings ?? (severity == .warning ? 1 : 0) }

    /// The most that are shown: in a file that is wrong throughout, the first mistakes are enough to go on.
    package static let limit = 100

    /// The first ``limit`` errors and, if there is room, warnings, in their order; a last diagnostic counts the rest.
    static func limited(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        guard diagnostics.count > limit else { return diagnostics }
        let errors = diagnostics.indices.filter { diagnostics[$0].severity == .error }
        let warnings = diagnostics.indices.filter { diagnostics[$0].severity == .warning }
        let shown = (errors + warnings).prefix(limit).sorted()
        let shownErrors = min(errors.count, limit)
        let omitted = Omitted(
            errors: errors.count - shownErrors,
            warnings: warnings.count - (shown.count - shownErrors)
        )
        return shown.map { diagnostics[$0] } + [Diagnostic(omitted)]
    }

    private init(_ omitted: Omitted) {
        let parts = [(omitted.errors, "error"), (omitted.warnings, "warning")]
            .filter { $0.0 > 0 }
            .map { "\($0.0) more \($0.1)\($0.0 == 1 ? "" : "s")" }
        self.init(
            omitted.errors > 0 ? .error : .warning,
            file: "",
            message: "\(parts.joined(separator: " and ")), not shown"
        )
        self.omitted = omitted
    }
}
