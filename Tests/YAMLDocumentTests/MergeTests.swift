import Testing
import YAMLDocument

/// Merge keys (https://yaml.org/type/merge.html).
struct MergeTests {
    /// The pairs of the value of `x`, as `key=value`.
    private func merged(_ text: String) throws -> [String] {
        try pairs(text).map { pair in
            guard case .scalar(let scalar) = pair.value.content else { return pair.key }
            return "\(pair.key)=\(scalar.text)"
        }
    }

    private func pairs(_ text: String) throws -> [YAMLPair] {
        let yaml = ParsedYAML(Array(text.utf8))
        #expect(yaml.problems == [])
        guard case .mapping(let root)? = yaml.root?.content,
            case .mapping(let pairs)? = root.first(where: { $0.key == "x" })?.value.content
        else { return [] }
        return pairs
    }

    @Test(arguments: [
        ("a: &a {p: 1, q: 2}\nx: {<<: *a}", ["p=1", "q=2"]),
        ("a: &a {p: 1, q: 2}\nx: {<<: *a, q: 3}", ["q=3", "p=1"]),
        ("a: &a {p: 1, q: 2}\nx: {q: 3, <<: *a}", ["q=3", "p=1"]),
        ("a: &a {p: 1}\nb: &b {p: 2, q: 2}\nx: {<<: [*a, *b]}", ["p=1", "q=2"]),
        ("a: &a {p: 1}\nb: &b {p: 2, q: 2}\nx: {<<: [*b, *a]}", ["p=2", "q=2"]),
        ("a: &a {p: 1}\nb: &b {<<: *a, q: 2}\nx: {<<: *b, r: 3}", ["r=3", "q=2", "p=1"]),
        ("x: {<<: {p: 1}, q: 2}", ["q=2", "p=1"]),
        ("x: {<<: []}", []),
        ("a: &a {p: 1}\nx: {'<<': 2}", ["<<=2"]),
    ]) func `a mapping takes over what it does not have itself`(text: String, expected: [String]) throws {
        #expect(try merged(text) == expected)
    }

    @Test func `what is taken over keeps the place where it was written`() throws {
        let input = MarkedText("a: &a\n  ▲p: ▲1\nx:\n  <<: *a\n  ▲q: 2\n")
        let pairs = try pairs(String(decoding: input.bytes, as: UTF8.self))
        #expect(pairs.map(\.key) == ["q", "p"])
        #expect(pairs[1].keyPosition == input.marks[0])
        #expect(pairs[1].value.position == input.marks[1])
        #expect(pairs[0].keyPosition == input.marks[2])
    }

    @Test func `a mapping cannot take itself over`() {
        let yaml = ParsedYAML(Array("x: &x {<<: *x}".utf8))
        #expect(yaml.problems.map(\.message) == ["an alias is inside the value that it names"])
    }

    @Test func `thousands take one over, and what grows without end is refused`() {
        let services = (0..<5_000).map { "  - {<<: *base, slug: s\($0)}\n" }.joined()
        let many = ParsedYAML(Array("base: &base {a: 1, b: 2, c: 3, d: 4, e: 5}\nservices:\n\(services)".utf8))
        #expect(many.problems == [])
        var laughs = "a: &a {k0: x, k1: x, k2: x, k3: x, k4: x, k5: x, k6: x, k7: x, k8: x, k9: x}\n"
        for (name, before) in zip("bcdefgh", "abcdefg") {
            laughs += "\(name): &\(name)\n" + (0..<10).map { "  \(name)\($0): {<<: *\(before)}\n" }.joined()
        }
        let problems = ParsedYAML(Array(laughs.utf8)).problems
        #expect(problems.map(\.message) == ["more than 2000000 values, aliases included"])
    }
}
