import JSON

/// The program's commands and options, as it describes them itself, to check command lines without running them.
struct CommandLineModel {
    private struct Option {
        var takesValue: Bool
        var values: [String]
    }

    private struct Subcommand {
        var options: [String: Option] = [:]
        var positionals = 0
        var hasOpenEnd = false
    }

    private var subcommands: [String: Subcommand] = [:]
    private var defaultSubcommand = ""

    /// - Parameter dump: what `reconcile --experimental-dump-help` prints.
    init(dump: JSONValue) {
        let root = dump["command"] ?? .null
        defaultSubcommand = root["defaultSubcommand"]?.string ?? ""
        for command in root["subcommands"]?.array ?? [] {
            let names = [command["commandName"]] + (command["aliases"]?.array ?? [])
            for name in names.compactMap({ $0?.string }) { subcommands[name] = Self.subcommand(command) }
        }
    }

    private static func subcommand(_ command: JSONValue) -> Subcommand {
        var result = Subcommand()
        for argument in command["arguments"]?.array ?? [] {
            let kind = argument["kind"]?.string
            if kind == "positional" {
                result.positionals += 1
                if argument["isRepeating"] == true { result.hasOpenEnd = true }
                continue
            }
            let values = (argument["allValues"] ?? argument["allValueStrings"])?.array ?? []
            let option = Option(takesValue: kind == "option", values: values.compactMap(\.string))
            for name in argument["names"]?.array ?? [] {
                let dashes = name["kind"]?.string == "long" ? "--" : "-"
                result.options[dashes + (name["name"]?.string ?? "")] = option
            }
        }
        return result
    }

    /// What is wrong with the words after `reconcile`; nil if they would parse.
    ///
    /// - Parameter isWhole: whether nothing is left out at the end.
    func mistake(in words: [String], isWhole: Bool = true) -> String? {
        var words = words[...]
        var name = defaultSubcommand
        if let first = words.first, !first.hasPrefix("-") {
            if first == "help" || first == "…" { return nil }
            if subcommands[first] != nil {
                name = words.removeFirst()
            } else {
                return "there is no command '\(first)'"
            }
        }
        guard let subcommand = subcommands[name] else { return "there is no command '\(name)'" }
        var positionals = 0
        while let word = words.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                positionals += 1
                continue
            }
            if ["--help", "-h", "--version"].contains(word) { continue }
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard let option = subcommand.options[parts[0]] else { return "'\(name)' has no option '\(parts[0])'" }
            guard option.takesValue else { continue }
            guard let value = parts.count == 2 ? parts[1] : words.popFirst() else {
                return isWhole ? "'\(parts[0])' has no value" : nil
            }
            if !option.values.isEmpty, value != value.uppercased(), !option.values.contains(value) {
                return "'\(parts[0])' does not take '\(value)'"
            }
        }
        if positionals > subcommand.positionals, !subcommand.hasOpenEnd {
            return "'\(name)' takes \(subcommand.positionals) arguments"
        }
        return nil
    }
}
