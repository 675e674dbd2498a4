import Testing

@testable import Base

@Suite struct ExactTextTests {
    @Test func canonicallyEquivalentTextsAreDifferent() {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        #expect(composed.exact != decomposed.exact)
        #expect(Set([composed, decomposed].map(\.exact)).count == 2)
        #expect([composed.exact: 1, decomposed.exact: 2][decomposed.exact] == 2)
    }

    @Test func sameTextsAreEqual() {
        #expect("caf\u{E9}".exact == "caf\u{E9}".exact)
        #expect("caf\u{E9}".exact.hashValue == "caf\u{E9}".exact.hashValue)
        #expect("".exact == "".exact)
    }

    @Test func orderIsThatOfScalars() {
        let texts = ["b", "a\u{301}", "\u{E1}", "a"].map(\.exact)
        #expect(texts.sorted() == ["a", "a\u{301}", "b", "\u{E1}"].map(\.exact))
    }

    /// A dictionary of `String` takes minutes for this one.
    @Test(.timeLimit(.minutes(60))) func aNameOfMarksOnlyIsHashedInLinearTime() {
        let name = String(String.UnicodeScalarView((0..<1_000_000).map { $0 % 2 == 0 ? "\u{301}" : "\u{316}" }))
        #expect(Set([name.exact, "\(name)x".exact]).count == 2)
    }

    @Test(arguments: [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "abc…"), ("e\u{301}\u{301}\u{301}", 2, "e\u{301}…")])
    func aTextIsCutByScalars(_ text: String, _ limit: Int, _ expected: String) {
        #expect(text.cut(to: limit).exact == expected.exact)
    }
}
