import Testing
import YAMLDocument

struct ProblemTests {
    struct Case: CustomTestStringConvertible {
        var input: String
        var message: String
        var testDescription: String { message }

        init(_ input: String, _ message: String) {
            self.input = input
            self.message = message
        }
    }

    @Test(arguments: [
        Case("a: 1\nb: 2\n▲a: 3\n", "duplicate key 'a'"),
        Case("{a: 1, ▲\"a\": 3}", "duplicate key 'a'"),
        Case("a: ▲*nope\n", "unknown alias"),
        Case("a: &a [1, ▲*a]\n", "an alias is inside the value that it names"),
        Case("base: ▲&b x\nmore: {<<: *b}\n", "'<<' must be a mapping or a list of mappings"),
        Case("more: {<<: ▲}\n", "'<<' must be a mapping or a list of mappings"),
        Case("a: {<<: [{b: 1}, ▲[c]]}\n", "'<<' must be a mapping or a list of mappings"),
        Case("a: &a {x: 1}\nb:\n  <<: *a\n  ▲<<: *a\n", "duplicate key '<<'"),
        Case("? ▲[a, b]\n: 1\n", "a key must be text"),
        Case("▲!t a: 1\n", "a key cannot have a tag"),
        Case("a: 1\n▲---\nb: 2\n", "a second document begins here"),
        Case("a:\n▲\tb: 1\n", "a tab cannot indent in YAML"),
        Case("a: ▲@home\n", "not YAML: found character that cannot start any token while scanning for the next token"),
        Case("a: 1\n b▲: 2\n", "not YAML: mapping values are not allowed in this context"),
        Case(
            "a: [1, 2\nb▲: 3\n",
            "not YAML: did not find expected ',' or ']' while parsing a flow sequence that begins in line 1"
        ),
        Case(
            "a: ▲\"x\n\n",
            "not YAML: found unexpected end of stream while scanning a quoted scalar"
        ),
        Case("a: 1\n▲port 1\nb: 2\n", "not YAML: could not find expected ':' while scanning a simple key"),
        Case("a: ▲\u{0}\n", "the control character U+0000 is not allowed in YAML"),
        Case("ä: ▲\u{1B}[31m\n", "the control character U+001B is not allowed in YAML"),
        Case("a: 1\r\nb: 2\r\n▲a: 3\r\n", "duplicate key 'a'"),
        Case("\u{FEFF}a: 1\n▲a: 3\n", "duplicate key 'a'"),
        Case("日本: 1\nb: {🦊: 1, ▲🦊: 2}\n", "duplicate key '🦊'"),
    ])
    func `is found where it is`(_ expected: Case) throws {
        let input = MarkedText(expected.input)
        let problems = ParsedYAML(input.bytes).problems
        try #require(problems.count == 1, "\(problems)")
        #expect(problems[0].message == expected.message)
        #expect(problems[0].position == input.marks[0])
    }

    @Test func `a duplicate key names both places`() {
        let input = MarkedText("x:\n  ▲a: 1\n  b: 2\n  ▲a: 3\n")
        let problems = ParsedYAML(input.bytes).problems
        #expect(problems.map(\.position) == [input.marks[1]])
        #expect(problems.map(\.earlier) == [input.marks[0]])
    }

    @Test func `all problems come out, those before a syntax error too`() {
        let problems = ParsedYAML(Array("a: 1\na: *x\nb: @\n".utf8)).problems
        #expect(problems.map(\.position.line) == [2, 2, 3])
    }

    @Test(
        arguments: [
            ([0x61, 0x3A, 0x20, 0xFF, 0x0A], "not valid UTF-8", 1, 4),
            ([0x61, 0x3A, 0x20, 0x31, 0x0A, 0xC3, 0xA4, 0xC3], "not valid UTF-8", 2, 2),
            ([0xFF, 0xFE, 0x61, 0x00], "the file is written in UTF-16 or UTF-32", 1, 1),
            ([0xFE, 0xFF, 0x00, 0x61], "the file is written in UTF-16 or UTF-32", 1, 1),
        ] as [([UInt8], String, Int, Int)]
    )
    func `bytes that are no text`(bytes: [UInt8], message: String, line: Int, column: Int) {
        let problems = ParsedYAML(bytes).problems
        #expect(problems.map(\.message) == [message])
        #expect(problems.map(\.position) == [YAMLPosition(line: line, column: column)])
    }

    @Test func `a long key is not repeated in full`() {
        let key = String(repeating: "k", count: 500)
        let problems = ParsedYAML(Array("\(key): 1\n\(key): 2\n".utf8)).problems
        #expect(problems.map(\.message) == ["duplicate key '\(key.prefix(40))…'"])
    }
}
