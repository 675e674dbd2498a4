import Base
package import Exporting
import Planning

/// Access to applications as a table for terminals, with a line for each binding, and the counts last.
package struct AccessTable {
    let style: Style

    package init(style: Style) {
        self.style = style
    }

    /// - Parameter isSandbox: whether Authentik is a sandbox.
    package func render(_ list: AccessList, isSandbox: Bool) -> String {
        let title = heading(list.authentik.release, list.authentik.url, isSandbox: isSandbox)
        var blocks = [[title], remarks(list)]
        if !list.applications.isEmpty { blocks.insert(table(list), at: 1) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    // MARK: - The table

    private struct Cell {
        var text: String
        var color: Style.Color?

        init(_ text: String, _ color: Style.Color? = nil) {
            self.text = text.printable
            self.color = color
        }
    }

    private func table(_ list: AccessList) -> [String] {
        var head = [Cell("Application"), Cell("Name"), Cell("Open to"), Cell("Bound for")]
        if let user = list.user { head.insert(Cell("'\(user)'"), at: 2) }
        var rows = list.applications.flatMap { lines($0, withUser: list.user != nil) }
        if rows.allSatisfy({ $0.last?.text.isEmpty ?? true }) {
            head.removeLast()
            rows = rows.map { $0.dropLast() }
        }
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].text.count }.max() ?? 0 }
        return all.enumerated().map { index, row in
            let last = row.lastIndex { !$0.text.isEmpty } ?? 0
            let cells = row.prefix(last + 1).enumerated().map { column, cell in
                let text = column == last ? cell.text : cell.text.padded(to: widths[column])
                guard index > 0 else { return style.bold(text) }
                return cell.color.map { style.colored(text, $0) } ?? text
            }
            return "  " + cells.joined(separator: "  ")
        }
    }

    private func lines(_ application: ApplicationAccess, withUser: Bool) -> [[Cell]] {
        let subjects = subjects(of: application)
        return subjects.enumerated().map { index, subject in
            let isFirst = index == 0
            var line = [Cell(isFirst ? application.slug : ""), Cell(isFirst ? application.name : "")]
            if withUser {
                let answer = application.mayOpen == true ? Cell("yes", .green) : Cell("no", .red)
                line.append(isFirst ? answer : Cell(""))
            }
            return line + [subject.subject, Cell(subject.owner ?? "")]
        }
    }

    /// The column "open to": a general remark if it is not simply the bound subjects; then the subjects, effective ones
    /// first; then Authentik's answer.
    private func subjects(of application: ApplicationAccess) -> [(subject: Cell, owner: String?)] {
        var lines: [(subject: Cell, owner: String?)] = []
        switch application.openTo {
        case .everybody: lines.append((Cell("everybody", .yellow), nil))
        case .nobody: lines.append((Cell("nobody", .red), nil))
        case .some: break
        }
        let word = application.mode == "all" ? "and" : "or"
        for (index, binding) in application.bindings.filter(\.isEnabled).enumerated() {
            lines.append((Cell((index == 0 ? "" : "\(word) ") + binding.text), binding.owner))
        }
        for binding in application.bindings where !binding.isEnabled {
            lines.append((Cell(binding.text, .dim), binding.owner))
        }
        return lines + (application.messages ?? []).map { (Cell("Authentik says: \($0)", .dim), nil) }
    }

    // MARK: - The end

    private func remarks(_ list: AccessList) -> [String] {
        var lines: [String] = []
        if let group = list.group {
            lines.append("Only applications that the group '\(group.printable)' may open, and those open to everybody.")
        }
        lines.append(summary(list))
        if !list.isOpenWithoutBinding {
            lines.append("This installation lets nobody open an application without a binding.")
        }
        return lines
    }

    private func summary(_ list: AccessList) -> String {
        guard !list.applications.isEmpty else { return "No applications found." }
        let counts = [
            (ApplicationAccess.Openness.some, "restricted"), (.everybody, "open to everybody"),
            (.nobody, "open to nobody"),
        ].compactMap { openness, words -> String? in
            let number = list.applications.count { $0.openTo == openness }
            return number == 0 ? nil : "\(number) \(words)"
        }
        var text = "\(count(list.applications.count, "application")): \(counts.joined(separator: ", "))."
        if let user = list.user {
            let number = list.applications.count { $0.mayOpen == true }
            text += " '\(user.printable)' may open \(number)."
        }
        return text
    }
}

extension BindingAccess {
    /// `group 'admins'`, `not group 'guests'`, `user 'bob' (disabled)`.
    fileprivate var text: String {
        var remarks: [String] = []
        if !isEnabled { remarks.append("disabled") }
        if isAmbiguous { remarks.append("more than one subject") }
        if letsInOnFailure { remarks.append("allows access if it fails") }
        if isExpiring { remarks.append(expires.map { "until \(Self.toTheSecond($0))" } ?? "for a time") }
        let end = remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))"
        return "\(isNegated ? "not " : "")\(kind) '\(name)'\(end)"
    }

    /// `2026-12-01T10:00:00Z` of `2026-12-01T10:00:00.123456Z`.
    private static func toTheSecond(_ moment: String) -> String {
        guard let point = moment.firstIndex(of: "."), moment.hasSuffix("Z") else { return moment }
        return moment[..<point] + "Z"
    }
}
