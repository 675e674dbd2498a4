extension FaultRule {
    /// Parses a rule such as `unavailable=503,retry-after=1,share=0.2,method=POST,path=/api/v3/core/,times=3`.
    ///
    /// First the fault, then in any order its parameters and the conditions `method`, `path`, `share`, `after` and
    /// `times`.
    ///
    /// - Throws: ``FaultSyntaxError``, which names the invalid word and the valid ones.
    package init(parsing text: String) throws(FaultSyntaxError) {
        var words = try FaultWords(text)
        let fault = try Fault(&words)
        let method = words.take("method")?.uppercased()
        if let method, method.isEmpty || !method.allSatisfy({ $0.isASCII && $0.isLetter }) {
            throw words.wrong("method", "a method such as POST", method)
        }
        let path = words.take("path")
        if let path, !path.hasPrefix("/") {
            throw words.wrong("path", "the beginning of a path, such as /api/v3/core/", path)
        }
        let share = try words.share()
        let after = try words.number("after", in: 0...Int(Int32.max)) ?? 0
        let times = try words.number("times", in: 1...Int(Int32.max))
        try words.finish()
        self.init(fault, method: method, path: path, share: share, after: after, times: times)
    }
}

extension Fault {
    private static let kinds = [
        "latency=200ms", "latency=50ms..200ms", "unavailable=503", "reset=before", "reset=after", "cut", "slow-body=2s",
        "truncated", "html=500", "shift=appear", "shift=vanish", "shift=swap", "revoked", "starting=10s",
        "late=1", "ignore=meta_icon", "refuse=client_secret",
    ]

    fileprivate init(_ words: inout FaultWords) throws(FaultSyntaxError) {
        switch words.kind {
        case "latency":
            self = .latency(try words.durations())
        case "unavailable":
            self = .unavailable(
                status: try words.value(in: 502...504, "502, 503 or 504"),
                retryAfter: try words.number("retry-after", in: 0...86_400),
                isWriteDone: try words.isWriteDone()
            )
        case "reset":
            self = .reset(try words.choice())
        case "cut":
            self = .cut
            try words.requireNoValue()
        case "slow-body":
            self = .slowBody(try words.duration())
        case "truncated":
            self = .truncated
            try words.requireNoValue()
        case "html":
            self = .html(status: try words.value(in: 200...599, "a status from 200 to 599"))
        case "shift":
            self = .shift(try words.choice())
        case "revoked":
            self = .revoked
            try words.requireNoValue()
        case "starting":
            self = .starting(
                try words.duration(),
                retryAfter: try words.number("retry-after", in: 0...86_400) ?? 5
            )
        case "late":
            self = .late(try words.value(in: 1...1000, "a number of writes from 1 to 1000"))
        case "ignore":
            self = .ignore(field: try words.name("the name of a field, such as meta_icon"))
        case "refuse":
            self = .refuse(field: try words.name("the name of a field, such as client_secret"))
        default:
            throw words.error(
                words.kind.isEmpty ? "no fault is given" : "unknown fault '\(words.kind)'",
                "known faults: \(Self.kinds.joined(separator: ", "))"
            )
        }
    }
}

/// The words of a rule: the fault with its value, and `name=value` pairs, which are consumed one after the other.
struct FaultWords {
    let kind: String
    private let value: String?
    private var pairs: [(name: String, value: String)] = []
    /// The names asked for, which are the valid ones.
    private var known: [String] = []

    /// - Throws: ``FaultSyntaxError`` if a word is not a pair, or a name is given twice.
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

    /// - Throws: ``FaultSyntaxError`` if a word was not consumed.
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

    /// A word of lower-case letters, digits and underscores.
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

    /// A duration, or the shortest and the longest one.
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
            let choices = Choice.allCases.map { "'\($0.rawValue)'" }
            let all = choices.dropLast().joined(separator: ", ") + " or " + (choices.last ?? "")
            throw wrong(kind, all, value)
        }
        return choice
    }

    func requireNoValue() throws(FaultSyntaxError) {
        if let value { throw error("'\(kind)' takes no value, but got '\(value)'") }
    }

    // MARK: - Errors

    func wrong(_ name: String, _ expected: String, _ found: String?) -> FaultSyntaxError {
        error("'\(name)' must be \(expected), \(found.map { "not '\($0)'" } ?? "and has no value")")
    }

    func error(_ message: String, _ hint: String? = nil) -> FaultSyntaxError {
        FaultSyntaxError(description: "\(message)\(hint.map { "; \($0)" } ?? "")")
    }
}

/// Durations in rules: `200ms`, `2s`, `1m`.
enum FaultDuration {
    /// The maximum; it also prevents overflows.
    static let longest = Duration.seconds(86_400)

    /// - Returns: nil unless it is a whole number with a unit, and no longer than ``longest``.
    static func parse(_ text: some StringProtocol) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number <= 86_400_000 else { return nil }
        let duration: Duration
        switch text.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(number)
        case "s": duration = .seconds(number)
        case "m": duration = .seconds(number * 60)
        default: return nil
        }
        return duration <= longest ? duration : nil
    }

    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(seconds)s" : "\(milliseconds)ms"
    }
}

/// An invalid rule or plan.
package struct FaultSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what is allowed; a clause without a full stop.
    package let description: String

    init(description: String) {
        self.description = description
    }
}
