import Base
import DesiredState
package import Verification

/// The results of probes as text for terminals: a table with a line for each service, what to do below those that
/// failed, and the counts last.
package struct VerificationText {
    let style: Style
    /// Whether to show the checks of each service, and not only those that failed.
    let isVerbose: Bool

    package init(style: Style, isVerbose: Bool) {
        self.style = style
        self.isVerbose = isVerbose
    }

    /// - Parameter withHeading: whether the Authentik has to be named, because no text above does.
    package func render(_ report: VerificationReport, isSandbox: Bool, withHeading: Bool = true) -> String {
        var blocks: [[String]] = withHeading ? [heading(report.release, report.address, isSandbox: isSandbox)] : []
        if !report.services.isEmpty { blocks.append(table(report)) }
        if let stopped = report.stopped {
            blocks.append([style.yellow(sentence("the probes ended early: \(stopped)").printable)])
        }
        blocks.append([report.summary])
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func table(_ report: VerificationReport) -> [String] {
        let head = ["Service", "Login", "Seen"]
        let slugs = report.services.map(\.slug.printable)
        let width = max(head[0].count, slugs.map(\.count).max() ?? 0)
        let wordWidth = max(head[1].count, report.services.map(\.state.word.count).max() ?? 0)
        let first =
            "  "
            + style.bold([head[0].padded(to: width), head[1].padded(to: wordWidth), head[2]].joined(separator: "  "))
        let indent = String(repeating: " ", count: 2 + width + 2 + wordWidth + 2)
        let room = style.width.map { max(Style.narrowestText, $0 - indent.count) }
        let rows = zip(report.services, slugs).flatMap { service, slug -> [String] in
            let word = style.colored(service.state.word.padded(to: wordWidth), service.state.color)
            let lines = self.lines(of: service, room: room)
            let row = ["  \(slug.padded(to: width))  \(word)  \(lines.first ?? "")"]
            return row + lines.dropFirst().map { indent + $0 }
        }
        return [first] + rows
    }

    /// - Parameter room: how many columns a line may have; nil for no limit.
    private func lines(of service: ServiceVerification, room: Int?) -> [String] {
        let passed = service.results.filter(\.isPassed).map(\.check.rawValue)
        var lines = service.failures.flatMap { failure in
            let reason = failure.reason.rawValue
            let message = "\(reason): \(failure.message.printable)".wrapped(to: room)
            let remedy = "-> \(failure.remedy.printable)".wrapped(to: room).map(style.dim)
            return [style.red(reason) + message[0].dropFirst(reason.count)] + message.dropFirst() + remedy
        }
        if isVerbose || lines.isEmpty {
            lines += (passed.isEmpty ? "nothing" : passed.joined(separator: ", ")).wrapped(to: room)
        }
        // That a login is not tried is due to the file, and can be changed there.
        lines += service.results.compactMap { result in
            guard case .skipped(let why) = result.outcome, isVerbose || result.check == .login else { return nil }
            return style.dim("\(result.check.rawValue) not tried: \(why.printable)")
        }
        return lines
    }
}

/// The results of probes as a comment on a pull request.
package struct VerificationMarkdown {
    package init() {}

    /// The text if no probe could be sent.
    package func failure(_ reason: String) -> String {
        "**Verification failed:** \(Markdown.code(reason.cut(to: 600)))"
    }

    package func render(_ report: VerificationReport, isSandbox: Bool) -> String {
        var comment = CommentBudget()
        _ = comment.add(
            "### Verification: \(report.counts)",
            heading(report.release, report.address, isSandbox: isSandbox).joined(separator: "  \n")
        )
        if let stopped = report.stopped { _ = comment.add("The probes ended early: \(Markdown.code(stopped))") }
        var leftOut = 0
        for service in report.services where service.state != .verified {
            let failures = service.failures.map { failure in
                "\n  - **\(failure.reason.rawValue)** \(Markdown.code(failure.message.cut(to: 600)))  \n    "
                    + Markdown.code(failure.remedy.cut(to: 600))
            }
            let line = "- \(Markdown.code(service.slug)): \(service.state.word)" + failures.joined()
            if !comment.add(line) { leftOut += 1 }
        }
        let end = leftOut == 0 ? [] : ["\(count(leftOut, "service")) more did not fit in here."]
        return comment.text(endingWith: end)
    }
}

extension VerificationReport {
    /// `2 verified, 1 failed`.
    fileprivate var counts: String {
        let counts = ServiceVerification.State.allCases.compactMap { state -> String? in
            let number = count(state)
            return number == 0 ? nil : "\(number) \(state.word)"
        }
        return counts.isEmpty ? "no login to probe" : counts.joined(separator: ", ")
    }

    fileprivate var summary: String {
        let without = withoutLogin == 0 ? "" : "; \(withoutLogin) without a login"
        let others = without + (leftOut == 0 ? "" : "; \(leftOut) left out by the file")
        return "Verification: \(counts)\(others). \(Base.count(requests, "probe")) in \(seconds(duration))."
    }
}

extension ServiceVerification.State {
    fileprivate var word: String {
        switch self {
        case .verified: "verified"
        case .failed: "failed"
        case .notProbed: "not probed"
        }
    }

    fileprivate var color: Style.Color {
        switch self {
        case .verified: .green
        case .failed: .red
        case .notProbed: .yellow
        }
    }
}
