internal import PythonRegex

/// Regular expressions in the two dialects that Authentik has them in.
enum RegexSyntax {
    /// Patterns of redirect URIs: Authentik has Python compile them, and refuses the provider if that fails.
    @Sendable static func complaint(_ pattern: String) -> Complaint? {
        do throws(PythonPatternError) {
            _ = try PythonPattern(pattern)
            return nil
        } catch {
            let hint = "Authentik reads it as Python's re does; a '\\' before a sign takes its meaning away"
            return Complaint("is not a regular expression: \(error.reason)", hint: hint)
        }
    }

    /// Patterns that an outpost matches: Go's RE2 (https://github.com/google/re2/wiki/Syntax), which knows most of what
    /// Python does, and no look-around or back-reference.
    @Sendable static func complaintOfOutpost(_ pattern: String) -> Complaint? {
        if let construct = unknownToRE2(pattern) {
            let hint = "an outpost reads it as Go's regexp does, which has no look-around and no back-reference"
            return Complaint("has '\(construct)' in it, which an outpost does not understand", hint: hint)
        }
        do throws(PythonPatternError) {
            // Go writes a few things otherwise: a named group, the ends of the text, and classes by name.
            let python = pattern.replacing("\\z", with: "\\Z").replacing("(?<", with: "(?P<")
            _ = try PythonPattern(python)
            return nil
        } catch {
            let hint = "an outpost reads it as Go's regexp does; a '\\' before a sign takes its meaning away"
            return Complaint("is not a regular expression: \(error.reason)", hint: hint)
        }
    }

    private static func unknownToRE2(_ pattern: String) -> String? {
        var isEscaped = false
        var isInClass = false
        var rest = pattern.unicodeScalars[...]
        while let scalar = rest.first {
            if isEscaped {
                isEscaped = false
                if !isInClass, ("1"..."9").contains(scalar) { return "\\\(scalar)" }
            } else if scalar == "\\" {
                isEscaped = true
            } else if isInClass {
                isInClass = scalar != "]"
            } else if scalar == "[" {
                isInClass = true
            } else if let group = ["(?=", "(?!", "(?<=", "(?<!", "(?P=", "(?#", "(?("]
                .first(where: { rest.starts(with: $0.unicodeScalars) })
            {
                return group
            }
            rest.removeFirst()
        }
        return nil
    }
}
