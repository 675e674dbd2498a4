import Testing
import YAMLDocument

struct LimitTests {
    private func problems(_ text: String, _ change: (inout YAMLLimits) -> Void = { _ in }) -> [String] {
        var limits = YAMLLimits()
        change(&limits)
        let yaml = ParsedYAML(Array(text.utf8), limits: limits)
        #expect(yaml.root == nil || yaml.problems.isEmpty)
        return yaml.problems.map(\.message)
    }

    @Test func `a billion laughs`() {
        var text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        for (name, before) in zip("bcdefghij", "abcdefghi") {
            text += "\(name): &\(name) [" + Array(repeating: "*\(before)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(problems(text) == ["more than 2000000 values, aliases included"])
    }

    @Test func `depth`() {
        let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(problems(nested(33)) == [])
        #expect(problems(nested(34)) == ["nested deeper than 32 levels"])
        #expect(problems(String(repeating: "[", count: 100_000)) == ["nested deeper than 32 levels"])
        #expect(problems(String(repeating: "- ", count: 100_000)) == ["nested deeper than 32 levels"])
    }

    @Test func `aliases`() {
        let text = "a: &a 1\nb: [*a, *a, *a]\n"
        #expect(problems(text) { $0.aliases = 3 } == [])
        #expect(problems(text) { $0.aliases = 2 } == ["more than 2 aliases"])
    }

    @Test func `nodes`() {
        #expect(problems("[1, 2, 3]") { $0.nodes = 4 } == [])
        #expect(problems("[1, 2, 3]") { $0.nodes = 3 } == ["more than 3 values, aliases included"])
    }

    @Test func `directives`() {
        let text = (1...17).map { "%TAG !a\($0)! tag:x\n" }.joined() + "---\na: 1\n"
        #expect(problems(text) { $0.directives = 17 } == [])
        #expect(problems(text) == ["more than 16 directives ('%…')"])
    }

    @Test func `size`() {
        #expect(problems("a: 1") { $0.bytes = 4 } == [])
        #expect(problems("a: 12") { $0.bytes = 4 } == ["the file is larger than 4 bytes"])
    }
}
