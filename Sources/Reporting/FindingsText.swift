import Base
import FoundationEssentials
package import Setup

/// The findings of a checkup as text: one line each, with what to do below.
package struct FindingsText {
    let style: Style

    package init(style: Style) {
        self.style = style
    }

    package func render(_ findings: [Finding]) -> String {
        let width = findings.map(\.subject.count).max() ?? 0
        let lines = findings.indices.flatMap { index -> [String] in
            let finding = findings[index]
            let (sign, color) = finding.verdict.look
            let subject = finding.subject.padded(to: width)
            let head = "\(style.colored(sign, color)) \(subject)  \(finding.message.printable)"
            // Several findings in a row may have the same remedy, such as permissions: it is shown once, below the last.
            let next = findings.dropFirst(index + 1).first?.advice
            guard let advice = finding.advice, advice != next else { return [head] }
            return [head, "  \(String(repeating: " ", count: width))  → \(advice.printable)"]
        }
        return (lines + ["", summary(findings)]).joined(separator: "\n")
    }

    package static func json(_ findings: [Finding]) -> String { JSONText.of(findings) }

    private func summary(_ findings: [Finding]) -> String {
        let problems = findings.count { $0.verdict == .problem }
        let warnings = findings.count { $0.verdict == .warning }
        let also = warnings == 0 ? "" : ", \(count(warnings, "warning"))"
        return problems == 0
            ? style.green("Nothing is wrong") + "\(also)." : style.red(count(problems, "problem")) + "\(also)."
    }
}
