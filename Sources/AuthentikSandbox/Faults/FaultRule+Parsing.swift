extension FaultRule {
    /// Reads a rule such as `unavailable=503,retry-after=1,share=0.2,method=POST,path=/api/v3/core/,times=3`.
    ///
    /// First the fault, then in any order its parameters and the conditions `method`, `path`, `share`, `after` and
    /// `times`.
    ///
    /// - Throws: ``FaultSyntaxError``, which names the word that is wrong and what could stand there.
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
        "truncated", "html=500", "shift=appear", "shift=vanish", "revoked", "starting=10s",
        "late=1", "ignore=meta_icon",
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
        default:
            throw words.error(
                words.kind.isEmpty ? "no fault is named" : "unknown fault '\(words.kind)'",
                "known are \(Self.kinds.joined(separator: ", "))"
            )
        }
    }
}
