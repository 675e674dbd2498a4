/// The commands of a piece of shell, as far as documents use it.
enum ShellText {
    /// The words after `reconcile`, of each command that runs it.
    static func reconcileCommands(in text: String) -> [[String]] {
        commands(in: text).compactMap { words in
            let words = words.drop { $0.contains("=") && $0.first?.isUppercase == true }
            if words.first == "reconcile" { return Array(words.dropFirst()) }
            if words.starts(with: ["swift", "run", "reconcile"]) { return Array(words.dropFirst(3)) }
            // kubectl exec … -- /usr/local/bin/reconcile, or within another program's command line.
            guard let place = words.firstIndex(where: { $0.hasSuffix("bin/reconcile") }), place > words.startIndex,
                words[place - 1] == "--"
            else { return nil }
            return Array(words[(place + 1)...])
        }
    }

    /// Simple commands, as words; redirections and comments are left out.
    private static func commands(in text: String) -> [[String]] {
        var commands: [[String]] = [[]]
        var word: String?
        var quote: Character?
        var skipsNext = false
        let characters = Array(text.replacing("\\\n", with: " "))
        func end(_ word: inout String?) {
            guard let text = word else { return }
            if skipsNext { skipsNext = false } else { commands[commands.count - 1].append(text) }
            word = nil
        }
        var index = 0
        while index < characters.count {
            let character = characters[index]
            index += 1
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
                continue
            }
            switch character {
            case "'", "\"":
                quote = character
                word = word ?? ""
            case " ", "\t": end(&word)
            case "#" where word == nil: while index < characters.count, characters[index] != "\n" { index += 1 }
            case "\n", "|", ";", "&", "(", ")":
                end(&word)
                skipsNext = false
                commands.append([])
            case ">", "<":
                if let digits = word, digits.allSatisfy(\.isNumber) { word = nil }
                end(&word)
                if index < characters.count, characters[index] == ">" { index += 1 }
                if index < characters.count, characters[index] == "&" { index += 1 }
                skipsNext = true
            default: word = (word ?? "") + String(character)
            }
        }
        end(&word)
        return commands.filter { !$0.isEmpty }
    }
}
