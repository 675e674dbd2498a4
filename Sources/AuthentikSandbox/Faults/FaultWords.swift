/// The words of a rule: the fault with its value, and `name=value` pairs, which are taken one after the other.
struct FaultWords {
    let kind: String
    private let value: String?
    private var pairs: [(name: String, value: String)] = []
    /// What was asked for, which is what could have stood there.
    private var known: [String] = []

    /// - Throws: ``FaultSyntaxError`` if a word is no pair, or a name stands twice.
    init(_ text: String) throws(FaultSyntaxError) {
        var words = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.pair)
        let first = words.removeFirst()
        kind = first.name
        value = first.value
        for word in words {
            guard let value = word.value else { throw error("'\(word.name)' has no value", "write \(word.name)=…") }
            guard !pairs.contains(where: { $0.name == word.name }) else { throw error("'\(word.name)' is given twice") }
            pairs.append((word.name, value))
        }
    }

    private static func pair(_ word: Substring) -> (name: String, value: String?) {
        guard let sign = word.firstIndex(of: "=") else { return (String(word), nil) }
        return (String(word[..<sign]), String(word[sign...].dropFirst()))
    }

    mutating func take(_ name: String) -> String? {
        known.append(name)
        guard let index = pairs.firstIndex(where: { $0.name == name }) else { return nil }
        return pairs.remove(at: index).value
    }

    /// - Throws: ``FaultSyntaxError`` if something was not taken.
    func finish() throws(FaultSyntaxError) {
        guard let first = pairs.first else { return }
        throw error("'\(kind)' takes no '\(first.name)'", "it takes \(known.joined(separator: ", "))")
    }

    // MARK: - Values

    mutating func number(_ name: String, in range: ClosedRange<Int>) throws(FaultSyntaxError) -> Int? {
        guard let word = take(name) else { return nil }
        guard let number = Int(word), range.contains(number) else {
            throw wrong(name, "a whole number of at least \(range.lowerBound)", word)
        }
        return number
    }

    mutating func share() throws(FaultSyntaxError) -> Double {
        guard let word = take("share") else { return 1 }
        guard let share = Double(word), (0...1).contains(share) else {
            throw wrong("share", "a number from 0 to 1", word)
        }
        return share
    }

    mutating func isWriteDone() throws(FaultSyntaxError) -> Bool {
        guard let word = take("write") else { return false }
        guard word == "done" else { throw wrong("write", "'done', or left out", word) }
        return true
    }

    func value(in range: ClosedRange<Int>, _ expected: String) throws(FaultSyntaxError) -> Int {
        guard let value, let number = Int(value), range.contains(number) else { throw wrong(kind, expected, value) }
        return number
    }

    /// A word of small letters, digits and underscores.
    func name(_ expected: String) throws(FaultSyntaxError) -> String {
        let isName = value?.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A, 0x5F: true
            default: false
            }
        }
        guard let value, !value.isEmpty, isName == true else { throw wrong(kind, expected, value) }
        return value
    }

    func duration() throws(FaultSyntaxError) -> Duration {
        guard let value, let duration = FaultDuration.parse(value) else {
            throw wrong(kind, "a time such as 200ms, 2s or 1m", value)
        }
        return duration
    }

    /// A time, or the shortest and the longest one.
    func durations() throws(FaultSyntaxError) -> ClosedRange<Duration> {
        guard let value, let dots = value.firstRange(of: "..") else {
            let duration = try duration()
            return duration...duration
        }
        guard let shortest = FaultDuration.parse(value[..<dots.lowerBound]),
            let longest = FaultDuration.parse(value[dots.upperBound...]), shortest <= longest
        else { throw wrong(kind, "the shortest and the longest time, such as 50ms..200ms", value) }
        return shortest...longest
    }

    func choice<Choice: CaseIterable & RawRepresentable<String>>() throws(FaultSyntaxError) -> Choice {
        guard let value, let choice = Choice(rawValue: value) else {
            throw wrong(kind, Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or "), value)
        }
        return choice
    }

    func requireNoValue() throws(FaultSyntaxError) {
        if let value { throw error("'\(kind)' takes no value, and got '\(value)'") }
    }

    // MARK: - Errors

    func wrong(_ name: String, _ expected: String, _ found: String?) -> FaultSyntaxError {
        error("'\(name)' must be \(expected), \(found.map { "not '\($0)'" } ?? "and has no value")")
    }

    func error(_ message: String, _ hint: String? = nil) -> FaultSyntaxError {
        FaultSyntaxError(description: "\(message)\(hint.map { "; \($0)" } ?? "")")
    }
}
