import Testing
import YAMLDocument

struct NodeTests {
    private func root(_ text: String) throws -> YAMLNode {
        let yaml = ParsedYAML(Array(text.utf8))
        #expect(yaml.problems == [])
        return try #require(yaml.root)
    }

    private func pairs(_ node: YAMLNode) throws -> [YAMLPair] {
        guard case .mapping(let pairs) = node.content else {
            Issue.record("not a mapping: \(node)")
            return []
        }
        return pairs
    }

    private func items(_ node: YAMLNode) -> [YAMLNode] {
        if case .sequence(let items) = node.content { items } else { [] }
    }

    private func scalar(_ node: YAMLNode) -> YAMLScalar? {
        if case .scalar(let scalar) = node.content { scalar } else { nil }
    }

    @Test func `nothing is no document`() {
        for text in ["", "# only a comment\n", "\n\n"] {
            let yaml = ParsedYAML(Array(text.utf8))
            #expect(yaml.root == nil)
            #expect(yaml.problems == [])
        }
    }

    @Test func `mappings keep their order, and places`() throws {
        let pairs = try pairs(try root("b: 1\na:\n  - x\n  - {c: d}\n"))
        #expect(pairs.map(\.key) == ["b", "a"])
        #expect(pairs.map(\.keyPosition) == [YAMLPosition(line: 1, column: 1), YAMLPosition(line: 2, column: 1)])
        #expect(pairs[0].value.position == YAMLPosition(line: 1, column: 4))
        let items = items(pairs[1].value)
        #expect(items.map(\.position) == [YAMLPosition(line: 3, column: 5), YAMLPosition(line: 4, column: 5)])
        #expect(pairs[1].value.lastLine == 4)
    }

    @Test(arguments: [
        ("a: x", "x", YAMLScalar.Style.plain),
        ("a: 'x'", "x", .quoted),
        ("a: \"x\\ty\"", "x\ty", .quoted),
        ("a: |\n  x\n  y\n", "x\ny\n", .block),
        ("a: >-\n  x\n  y\n", "x y", .block),
        ("a:", "", .plain),
        ("a: \"\\0\"", "\0", .quoted),
    ])
    func `scalars keep text and style`(text: String, expected: String, style: YAMLScalar.Style) throws {
        let value = try #require(try pairs(try root(text)).first?.value)
        var wanted = YAMLScalar(text: expected, style: style)
        wanted.isLiteral = text.contains("|")
        #expect(scalar(value) == wanted)
    }

    @Test(arguments: [("!!str 1", "!!str"), ("!custom x", "!custom"), ("x", nil)] as [(String, String?)])
    func `tags are kept`(text: String, tag: String?) throws {
        #expect(try root(text).tag == tag)
    }

    @Test func `a block ends in its own last line`() throws {
        let pairs = try pairs(try root("a: |\n  x\n  y\nb: 1\n"))
        #expect(pairs[0].value.lastLine == 3)
    }

    @Test func `an alias is what it names, and keeps that place`() throws {
        let pairs = try pairs(try root("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n"))
        #expect(pairs[1].value.position == YAMLPosition(line: 1, column: 4))
        let items = items(pairs[1].value)
        #expect(items.compactMap { scalar($0)?.text } == ["1", "2"])
        #expect(scalar(pairs[3].value)?.text == "3")
    }

    @Test func `a quoted '<<' is a key like any other`() throws {
        #expect(try pairs(try root("'<<': 1")).map(\.key) == ["<<"])
    }
}
