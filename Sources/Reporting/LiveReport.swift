package import Applying
package import AuthentikAPI
package import Planning
import Synchronization

/// A report that is printed while the pass runs: each service as soon as it is finished, the rest and the counts last.
///
/// Of many services only the first of each sort are printed, see ``ListLimit``; the rest is counted at the end.
/// A service that failed because of a concurrent change is printed at the end, since the pass tries it again.
package final class LiveReport: Sendable {
    private struct State {
        var text: ServiceText?
        /// By slug of each printed service, whether it had failed.
        var failed: [String: Bool] = [:]
        /// The number of services printed, by sort; further ones are counted or grouped at the end.
        var numbers: [ListSort: Int] = [:]
    }

    private let report: ReportText
    private let address: AuthentikAddress
    private let isSandbox: @Sendable () -> Bool
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - isSandbox: asked once Authentik has answered, since a sandbox in another process says so in its answers.
    ///   - write: called with one or more lines at a time.
    package init(
        _ report: ReportText,
        address: AuthentikAddress,
        isSandbox: @escaping @Sendable () -> Bool,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.report = report
        self.address = address
        self.isSandbox = isSandbox
        self.write = write
    }

    /// Prints the heading, once the plan is known.
    package func begin(_ plan: Plan, _ release: Release) {
        let text = report.layout(plan)
        let isFirst = state.withLock { state in
            defer { state.text = state.text ?? text }
            return state.text == nil
        }
        guard isFirst else { return }
        write((heading(release, "\(address)", isSandbox: isSandbox()) + [""]).joined(separator: "\n"))
    }

    /// Prints a finished service.
    package func show(_ outcome: ServiceOutcome) {
        guard outcome.failure?.mayBeOutdated != true, outcome.failure?.isNotBegun != true else { return }
        let text = state.withLock { state -> ServiceText? in
            guard let text = state.text, state.failed[outcome.plan.slug] == nil else { return nil }
            let number = state.numbers[outcome.listSort, default: 0]
            // Of many failures those with one reason are shown together in the end.
            let limit = outcome.failure == nil ? outcome.listSort.limit : ReportText.listedFailures
            if number >= limit, outcome.failure != nil || !report.isVerbose { return nil }
            state.numbers[outcome.listSort] = number + 1
            state.failed[outcome.plan.slug] = outcome.failure != nil
            return text
        }
        guard let text else { return }
        write(report.lines(of: outcome, text).joined(separator: "\n"))
    }

    /// What was not printed yet, and the counts; for a pass that ended before its plan, everything.
    package func rest(_ pass: PassReport) -> String {
        let (text, failed) = state.withLock { ($0.text, $0.failed) }
        guard let text else { return report.render(pass, address: address, isSandbox: isSandbox()) }
        let isShown = { (outcome: ServiceOutcome) in failed[outcome.plan.slug] == (outcome.failure != nil) }
        return report.rest(pass, text, isShown: isShown).joined(separator: "\n")
    }
}
