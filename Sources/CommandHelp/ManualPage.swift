import Base
package import JSON

/// The manual page, in the macros of man(7): the `--help` of all commands in one place.
///
/// It is generated from ArgumentParser's JSON description of the command line (`--experimental-dump-help`), so that it
/// is always consistent with the help.
package struct ManualPage {
    private let command: JSONValue
    private let version: String

    package init(_ dump: JSONValue, version: String) {
        command = dump["command"] ?? .null
        self.version = version
    }

    /// Ends with a line break.
    package var text: String {
        var roff = Roff()
        let name = command["commandName"]?.string ?? ""
        roff.macro("TH", [name.uppercased(), "1", "", "\(name) \(version)", "User Commands"])
        roff.macro("nh")
        roff.line(".ad l")
        roff.macro("SH", ["NAME"])
        roff.line("\(name) \\- \(Roff.text(lowercasedFirst(trimmedSentence(command["abstract"]?.string ?? ""))))")
        roff.macro("SH", ["SYNOPSIS"])
        roff.synopsis([
            "\(name) <command> [<file> ...] [<options>]", "\(name) --config <file> [<options>]",
            "\(name) --once --config <file> [<options>]",
        ])
        roff.macro("SH", ["DESCRIPTION"])
        roff.prose(command["discussion"]?.string ?? "")
        let shown = subcommands
        let common = commonArguments(of: shown)
        roff.macro("SH", ["COMMANDS"])
        for subcommand in shown { add(subcommand, without: common, to: &roff) }
        roff.macro("SH", ["COMMON OPTIONS"])
        roff.prose("Commands that need them take these options; 'reconcile help COMMAND' lists those of a command.")
        for argument in common { add(argument, to: &roff) }
        roff.macro("SH", ["ENVIRONMENT"])
        for (variable, use) in variables(of: shown) {
            roff.macro("TP")
            roff.line("\\fB\(Roff.text(variable))\\fR")
            roff.line(Roff.text(use))
        }
        roff.macro("SH", ["SEE ALSO"])
        roff.prose("'reconcile schema --output markdown' describes every field of the file.")
        return roff.text
    }

    private var subcommands: [JSONValue] {
        let all = command["subcommands"]?.array ?? []
        return all.filter { $0["shouldDisplay"]?.bool ?? true && $0["commandName"]?.string != "help" }
    }

    private func arguments(of command: JSONValue) -> [JSONValue] {
        (command["arguments"]?.array ?? []).filter { argument in
            argument["shouldDisplay"]?.bool ?? true && !["help", "version"].contains(argument["valueName"]?.string)
        }
    }

    /// The options that several commands share with the same text, in the order of their first use.
    private func commonArguments(of commands: [JSONValue]) -> [JSONValue] {
        var uses: [(argument: JSONValue, count: Int)] = []
        for argument in commands.flatMap(arguments) where argument["kind"]?.string != "positional" {
            if let index = uses.firstIndex(where: { $0.argument == argument }) {
                uses[index].count += 1
            } else {
                uses.append((argument, 1))
            }
        }
        return uses.filter { $0.count > 2 }.map(\.argument)
    }

    private func add(_ subcommand: JSONValue, without common: [JSONValue], to roff: inout Roff) {
        let name = subcommand["commandName"]?.string ?? ""
        let aliases = (subcommand["aliases"]?.array ?? []).compactMap(\.string)
        roff.macro("SS", [([name] + aliases).joined(separator: ", ")])
        roff.prose(subcommand["abstract"]?.string ?? "")
        roff.prose(subcommand["discussion"]?.string ?? "")
        for argument in arguments(of: subcommand) where !common.contains(argument) { add(argument, to: &roff) }
    }

    private func add(_ argument: JSONValue, to roff: inout Roff) {
        let names = (argument["names"]?.array ?? []).compactMap { name -> String? in
            guard let text = name["name"]?.string else { return nil }
            return name["kind"]?.string == "long" ? "--\(text)" : "-\(text)"
        }
        let value = argument["kind"]?.string == "flag" ? nil : argument["valueName"]?.string
        let repeated = argument["isRepeating"]?.bool == true ? " ..." : ""
        let head = names.map { "\\fB\(Roff.text($0))\\fR" }.joined(separator: ", ")
        let tail = value.map { (names.isEmpty ? "" : " ") + "\\fI\(Roff.text($0))\\fR\(repeated)" } ?? ""
        roff.macro("TP")
        roff.line(head + tail)
        var words = argument["abstract"]?.string ?? ""
        if let discussion = argument["discussion"]?.string, !discussion.isEmpty { words += " " + discussion }
        if let standard = argument["defaultValue"]?.string, !standard.isEmpty { words += " (default: \(standard))" }
        roff.line(Roff.text(words.isEmpty ? "See above." : words))
    }

    /// The environment variables named by options, with the purpose of those options; sorted.
    private func variables(of commands: [JSONValue]) -> [(String, String)] {
        var uses: [String: String] = [:]
        for argument in commands.flatMap(arguments) {
            let abstract = argument["abstract"]?.string ?? ""
            guard let mark = abstract.firstRange(of: "(environment: ") else { continue }
            let use = abstract[..<mark.lowerBound].trimmed
            let names = abstract[mark.upperBound...].prefix { $0 != ")" }
            for word in names.split(whereSeparator: { $0 == " " || $0 == "," }) {
                let isVariable = word.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0.isASCIIAlphanumeric }
                guard isVariable, word.contains("_"), word == word.uppercased() else { continue }
                uses[String(word)] = uses[String(word)] ?? use
            }
        }
        uses["AUTHENTIK_TOKEN"] = "The API token itself."
        uses["KUBECONFIG"] = "Where Kubernetes is, outside a pod."
        uses["NO_COLOR"] = "If set, output has no colours."
        uses["HTTPS_PROXY"] = "As with curl, like NO_PROXY and the others."
        return uses.sorted { $0.key < $1.key }
    }

    private func lowercasedFirst(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }
    private func trimmedSentence(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
}

/// Text in the language of roff, see groff(7) and man(7).
struct Roff {
    private(set) var text = ""
    private var isBelowHeading = false

    mutating func macro(_ name: String, _ arguments: [String] = []) {
        // A heading begins a paragraph; formatters warn of another one.
        if name == "PP", isBelowHeading { return }
        let words = arguments.map { "\"" + Self.text($0).replacing("\"", with: "\\(dq") + "\"" }
        line("." + ([name] + words).joined(separator: " "))
        isBelowHeading = ["SH", "SS"].contains(name)
    }

    /// A line of roff, unchanged.
    mutating func line(_ line: String) {
        text += line + "\n"
        isBelowHeading = false
    }

    /// Lines that are not filled.
    mutating func synopsis(_ lines: [String]) {
        macro("nf")
        lines.forEach { line(Self.text($0)) }
        macro("fi")
    }

    /// Paragraphs; indented lines are kept as they are.
    mutating func prose(_ prose: String) {
        var isExample = false
        var isParagraphOpen = false
        for row in prose.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let isIndented = row.hasPrefix(" ")
            if isIndented != isExample, !row.trimmed.isEmpty {
                if isIndented {
                    macro("PP")
                    macro("RS", ["2"])
                    macro("nf")
                } else {
                    macro("fi")
                    macro("RE")
                }
                isExample = isIndented
                isParagraphOpen = isIndented
            }
            if row.trimmed.isEmpty {
                if isExample { line("") } else { isParagraphOpen = false }
                continue
            }
            if !isParagraphOpen { macro("PP") }
            isParagraphOpen = true
            line(Self.text(isIndented ? String(row.drop { $0 == " " }.isEmpty ? "" : row.dropFirst(2)) : row))
        }
        if isExample {
            macro("fi")
            macro("RE")
        }
    }

    /// Text escaped for roff.
    ///
    /// A hyphen is written as a minus, so that options can be searched for and copied.
    static func text(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let escaped = line.unicodeScalars.map { scalar in
                switch scalar {
                case "\\": "\\e"
                case "-": "\\-"
                case "'": "\\(aq"
                case "`": "\\(ga"
                case "^": "\\(ha"
                case "~": "\\(ti"
                case _ where scalar.value > 0x7E: "\\[u\(padded(scalar.value))]"
                default: String(scalar)
                }
            }.joined()
            return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
        }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
