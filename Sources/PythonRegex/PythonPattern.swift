/// A regular expression as Python's `re` reads it, which is what Authentik runs.
///
/// What a pattern matches is a property of Python and not an assumption about Authentik, and the tests compare it with
/// tables that Python's own `re` wrote. So the checks of the file and the sandbox may share it. Swift's `Regex` has
/// another dialect, and some patterns trap in it.
///
/// It follows the `re` of Python 3.12 and 3.13 (https://docs.python.org/3.13/library/re.html), for `str`. It is
/// stricter in two places: `\N{…}`, whose names are a version of Unicode's, and groups deeper than ``maximumDepth``,
/// where Python's own limit depends on who calls it.
package struct PythonPattern: Sendable {
    /// Of groups in each other.
    package static let maximumDepth = 80

    let root: PatternNode
    let groupCount: Int

    /// - Throws: Why Python refuses it.
    package init(_ text: String) throws(PythonPatternError) {
        var parser = try PatternParser(text)
        root = try parser.pattern()
        groupCount = parser.groupCount
    }

    /// Whether it matches a whole text, as `re.fullmatch` does.
    ///
    /// A match that needs too much backtracking counts as none, where Python would continue.
    package func matches(whole text: String) -> Bool {
        var matcher = PatternMatcher(text, groupCount: groupCount)
        return matcher.matches(root)
    }
}

/// Why Python's `re` refuses a pattern.
package struct PythonPatternError: Error, Sendable, Equatable {
    /// A clause: `a '(' is not closed`.
    package var reason: String
    /// The position of the mistake, in Unicode scalars from 0.
    package var offset: Int

    init(_ reason: String, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
