import Testing

@testable import JSON

@Suite struct MarkRunsTests {
    @Test(arguments: [
        "", "[]", #""\"#, #""\u"#, "\"e\u{301}\u{316}\"", #"["e\u0301", "\ud834\udd65", "\ud834", "\udd65\ud834x"]"#,
        String(repeating: "e\u{301}\u{316}", count: 1000),
        String(repeating: "\u{6F22}\u{5B57}\u{1F469}\u{200D}", count: 1000),
        String(repeating: #"e\u0301"#, count: 1000), String(repeating: #"\\u0301"#, count: 1000),
    ])
    func ordinaryTextIsShort(_ text: String) {
        #expect(MarkRuns.areShort(in: Array(text.utf8)[...]))
    }

    @Test(arguments: ["\u{301}", "\u{1D165}", "\u{3099}", #"\u0301"#, #"\ud834\udd65"#, "\u{301}\\u0316"])
    func marksInARowAreNot(_ mark: String) {
        #expect(!MarkRuns.areShort(in: Array("[\"e\(String(repeating: mark, count: 300))\"]".utf8)[...]))
        #expect(throws: JSONParseError.self) {
            try JSONValue(parsing: "[\"e\(String(repeating: mark, count: 300))\"]".utf8)
        }
    }

    @Test func bytesThatAreNoTextAreReadToTheirEnd() {
        #expect(MarkRuns.areShort(in: [0xCC][...]))
        #expect(MarkRuns.areShort(in: [0xF0, 0x9D][...]))
        #expect(MarkRuns.areShort(in: (0...2000).map { UInt8(truncatingIfNeeded: $0 &* 7) }[...]))
    }
}
