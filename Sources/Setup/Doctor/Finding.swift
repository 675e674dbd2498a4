/// What a look at one thing showed.
package struct Finding: Sendable, Equatable, Codable {
    package enum Verdict: String, Sendable, Codable {
        case ok
        /// It works, and could be better.
        case warning
        /// It does not work.
        case problem
        /// It could not be looked at, because of something above.
        case skipped
    }

    /// What was looked at: `token`, `permission`.
    package var subject: String
    package var verdict: Verdict
    /// What it is: a clause.
    package var message: String
    /// What to do: a clause; absent where nothing is to be done.
    package var advice: String?

    package init(_ subject: String, _ verdict: Verdict, _ message: String, advice: String? = nil) {
        self.subject = subject
        self.verdict = verdict
        self.message = message
        self.advice = advice
    }
}
