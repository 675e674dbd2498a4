import FoundationEssentials
import JSON
import PythonRegex
import Testing

/// Patterns as Python's own `re` has them; `Fixtures/patterns.py` says how the table was written.
struct PatternTests {
    private struct Row {
        var pattern: String
        /// Nil if Python refuses the pattern.
        var texts: (matched: [String], unmatched: [String])?
    }

    private static func rows() throws -> [Row] {
        let path = "\(#filePath.dropLast("PatternTests.swift".count))Fixtures/patterns.json"
        let bytes = try #require(FileManager.default.contents(atPath: path))
        let table = try #require(try JSONValue(parsing: bytes).array)
        return try table.map { row in
            let parts = try #require(row.array)
            let pattern = try #require(parts.first?.string)
            guard parts.count == 3 else { return Row(pattern: pattern) }
            let texts = parts.dropFirst().map { ($0.array ?? []).compactMap(\.string) }
            return Row(pattern: pattern, texts: (texts[0], texts[1]))
        }
    }

    @Test func `what Python takes is taken, and nothing else`() throws {
        let rows = try Self.rows()
        #expect(rows.count > 3_000)
        for row in rows {
            var fault: PythonPatternError?
            do { _ = try PythonPattern(row.pattern) } catch { fault = error }
            #expect(
                (fault == nil) == (row.texts != nil),
                "\(row.pattern.debugDescription): \(fault?.reason ?? "taken")"
            )
        }
    }

    @Test func `what Python matches as a whole is matched, and nothing else`() throws {
        for row in try Self.rows() {
            guard let texts = row.texts, let pattern = try? PythonPattern(row.pattern) else { continue }
            for text in texts.matched {
                #expect(pattern.matches(whole: text), "\(row.pattern.debugDescription) on \(text.debugDescription)")
            }
            for text in texts.unmatched {
                #expect(!pattern.matches(whole: text), "\(row.pattern.debugDescription) on \(text.debugDescription)")
            }
        }
    }

    @Test(arguments: [
        (#"https://(x"#, "a '(' is not closed", 8), (#"https://x)"#, "a ')' has no matching '('", 9),
        (#"https://[x"#, "a '[' is not closed", 8), ("*.example.net", "there is nothing to repeat before a '*'", 0),
        (#"x\"#, #"it ends with a single '\'"#, 1), (#"\p{L}+"#, #"Python's re does not support '\p'"#, 0),
        ("(?<n>a)", "Python's re does not support '(?<n'; a named group is '(?P<name>…)'", 0),
        ("é a**", "a '*' follows another repetition", 4),
        (#"\N{DIGIT ONE}"#, #"a character is named by '\N{…}'; write the character itself"#, 0),
    ])
    func `the reason and its place`(pattern: String, reason: String, offset: Int) {
        let error = #expect(throws: PythonPatternError.self) { try PythonPattern(pattern) }
        #expect(error?.reason == reason)
        #expect(error?.offset == offset)
    }

    @Test func `deep groups are refused, not followed`() throws {
        let groups = { (depth: Int) in
            String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
        }
        #expect(try PythonPattern(groups(PythonPattern.maximumDepth)).matches(whole: "a"))
        let error = #expect(throws: PythonPatternError.self) { try PythonPattern(groups(100_000)) }
        #expect(error?.reason == "it has groups deeper than 80 levels")
    }

    @Test(arguments: [
        ("(a*)*b", String(repeating: "a", count: 5_000)), ("(a|a)*b", String(repeating: "a", count: 40)),
        ("(?:a|b)*", String(repeating: "ab", count: 50_000)), (#"(.*)*\1x"#, String(repeating: "a", count: 300)),
    ])
    func `a match that needs too much ends`(pattern: String, text: String) throws {
        #expect(try PythonPattern(pattern).matches(whole: text) == false)
    }
}
