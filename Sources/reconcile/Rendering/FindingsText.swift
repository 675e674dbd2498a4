import Deploying
import FoundationEssentials
import Reconciling

/// What a checkup found, for people: a line each, and below it what to do.
struct FindingsText {
    let style: Style

    func render(_ findings: [Finding]) -> String {
        let width = findings.map(\.subject.count).max() ?? 0
        let lines = findings.flatMap { finding -> [String] in
            let (symbol, color) = look(finding.verdict)
            let head = "\(color(symbol)) \(finding.subject.padded(to: width))  \(finding.message.printable)"
            let advice = finding.advice.map { "  \(String(repeating: " ", count: width))  → \($0.printable)" }
            return [head] + [advice].compactMap(\.self)
        }
        return (lines + ["", summary(findings)]).joined(separator: "\n")
    }

    static func json(_ findings: [Finding]) -> String { JSONText.of(findings) }

    private func summary(_ findings: [Finding]) -> String {
        let problems = findings.count { $0.verdict == .problem }
        let warnings = findings.count { $0.verdict == .warning }
        let also = warnings == 0 ? "" : ", \(count(warnings, "warning"))"
        return problems == 0
            ? style.green("Nothing is wrong") + "\(also)." : style.red(count(problems, "problem")) + "\(also)."
    }

    private func look(_ verdict: Finding.Verdict) -> (String, (String) -> String) {
        switch verdict {
        case .ok: ("=", style.green)
        case .warning: ("!", style.yellow)
        case .problem: ("x", style.red)
        case .skipped: ("-", style.dim)
        }
    }
}
