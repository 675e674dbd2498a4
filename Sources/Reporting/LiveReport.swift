package import Applying
package import AuthentikAPI
package import Planning
import Synchronization

/// A report that appears while the pass is under way: each service as soon as it is finished, the rest and the counts last.
///
/// A service that failed because it changed meanwhile is left for the end, since the pass looks at it again.
package final class LiveReport: Sendable {
    private struct State {
        var text: ServiceText?
        /// Whether each service that was shown had failed.
        var failed: [String: Bool] = [:]
        /// How many were shown that failed; of more, those with one reason are shown together in the end.
        var failures = 0
    }

    private let report: ReportText
    private let address: AuthentikAddress
    private let isSandbox: Bool
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameter write: called with one or more lines at a time.
    package init(
        _ report: ReportText,
        address: AuthentikAddress,
        isSandbox: Bool,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.report = report
        self.address = address
        self.isSandbox = isSandbox
        self.write = write
    }

    /// Shows the heading, once it is known what is going to be done.
    package func begin(_ plan: Plan, _ release: Release) {
        let text = report.layout(plan)
        let isFirst = state.withLock { state in
            defer { state.text = state.text ?? text }
            return state.text == nil
        }
        guard isFirst else { return }
        write((heading(release, "\(address)", isSandbox: isSandbox) + [""]).joined(separator: "\n"))
    }

    /// Shows a service that is finished.
    package func show(_ outcome: ServiceOutcome) {
        guard outcome.failure?.mayBeOutdated != true, outcome.failure?.isNotBegun != true else { return }
        let text = state.withLock { state -> ServiceText? in
            guard let text = state.text, state.failed[outcome.plan.slug] == nil else { return nil }
            if outcome.failure != nil, state.failures == ReportText.listedFailures { return nil }
            state.failures += outcome.failure == nil ? 0 : 1
            state.failed[outcome.plan.slug] = outcome.failure != nil
            return text
        }
        guard let text else { return }
        write(report.lines(of: outcome, text).joined(separator: "\n"))
    }

    /// What was not shown yet, and the counts; of a pass that never got as far as a plan, everything.
    package func rest(_ pass: PassReport) -> String {
        let (text, failed) = state.withLock { ($0.text, $0.failed) }
        guard let text else { return report.render(pass, address: address, isSandbox: isSandbox) }
        let isShown = { (outcome: ServiceOutcome) in failed[outcome.plan.slug] == (outcome.failure != nil) }
        return report.rest(pass, text, isShown: isShown).joined(separator: "\n")
    }
}
