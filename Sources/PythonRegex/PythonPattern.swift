/// A regular expression as Python's `re` reads it, which is what Authentik runs.
///
/// What a pattern is, and what it matches, is a fact about Python and nobody's belief about Authentik: the tests hold
/// tables that Python's own `re` wrote. So the file's checks and the sandbox may share it. Swift's `Regex` speaks
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
    /// A match that needs too much going back counts as none, where Python would go on.
    package func matches(whole text: String) -> Bool {
        var matcher = PatternMatcher(text, groupCount: groupCount)
        return matcher.matches(root)
    }
}

/// Why Python's `re` refuses a pattern.
package struct PythonPatternError: Error, Sendable, Equatable {
    /// A clause: `a '(' is not closed`.
    package var reason: String
    /// Of the pattern's scalars, from 0: where it goes wrong.
    package var offset: Int

    init(_ reason: String, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
