/// Finds what no dialect of regular expressions takes; Python, which Authentik runs, has the last word.
///
/// Swift's own `Regex` is not asked: it speaks another dialect, and a pattern from a file must not be able to trap.
enum RegexSyntax {
    @Sendable static func complaint(_ pattern: String) -> Complaint? {
        // A comment may hold what would be wrong elsewhere.
        if pattern.contains("(?#") { return nil }
        var openGroups = 0
        var isInSet = false
        var setLength = 0
        var isEscaped = false
        var canRepeat = false
        var previous: Unicode.Scalar?
        for scalar in pattern.unicodeScalars {
            defer { previous = scalar }
            if isEscaped {
                isEscaped = false
                canRepeat = true
                setLength += 1
                continue
            }
            switch scalar {
            case "\\":
                isEscaped = true
            case "]" where isInSet && setLength > 0:
                isInSet = false
                canRepeat = true
            case _ where isInSet:
                // A ']' right behind '[' or '[^' is a member of the set.
                if scalar != "^" || setLength > 0 { setLength += 1 }
            case "[":
                isInSet = true
                setLength = 0
            case "(":
                openGroups += 1
                canRepeat = false
            case ")":
                openGroups -= 1
                if openGroups < 0 { return bad("a ')' closes no '('") }
                canRepeat = true
            case "*", "+":
                if !canRepeat { return bad("nothing stands before a '\(scalar)'") }
            case "?":
                if !canRepeat && previous != "(" { return bad("nothing stands before a '?'") }
            case "|", "^":
                canRepeat = false
            default:
                canRepeat = true
            }
        }
        if isEscaped { return bad("it ends in a single '\\'") }
        if isInSet { return bad("a '[' is not closed") }
        if openGroups > 0 { return bad("a '(' is not closed") }
        return nil
    }

    private static func bad(_ reason: String) -> Complaint {
        Complaint("is no regular expression: \(reason)", hint: "put a '\\' before a character that stands for itself")
    }
}
