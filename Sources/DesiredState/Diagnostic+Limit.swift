import Kinds

extension Diagnostic {
    /// How many errors it is, or stands for.
    var errors: Int { omitted?.errors ?? (severity == .error ? 1 : 0) }
    var warnings: Int { omitted?.warnings ?? (severity == .warning ? 1 : 0) }

    /// The most that anybody is shown: of a file that is wrong throughout, the first mistakes tell the kind.
    package static let limit = 100

    /// The first errors, then the first warnings, as many as may be shown, in their order; a last one counts the rest.
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
