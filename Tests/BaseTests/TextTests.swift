import Base
import Testing

@Suite struct TextTests {
    @Test(arguments: [
        ("", ""), (" \n\t", ""), ("a", "a"), ("\u{A0} two words\r\n", "two words"), (" e\u{301} ", "e\u{301}"),
    ])
    func `white space is taken off both ends`(text: String, trimmed: String) {
        #expect(text.trimmed.exact == trimmed.exact)
        #expect("<\(text)>".dropFirst().dropLast().trimmed.exact == trimmed.exact)
    }

    @Test func `a number and its noun`() {
        #expect(count(1, "service") == "1 service")
        #expect(count(0, "service") == "0 services")
        #expect(count(2, "pass", "passes") == "2 passes")
    }

    @Test(arguments: [(0, "0.00 s"), (0.314, "0.31 s"), (61.5, "61.50 s"), (-1, "0.00 s"), (Double.nan, "0.00 s")])
    func `a time for people`(number: Double, text: String) {
        #expect(seconds(number) == text)
    }

    @Test(arguments: [("it failed", "It failed."), ("Why?", "Why?"), ("", ""), ("done.", "Done.")])
    func `a clause becomes a sentence`(clause: String, text: String) {
        #expect(sentence(clause) == text)
    }

    @Test(arguments: ["\u{0}", "\n", "\u{1B}", "\u{7F}", "\u{9B}", "\u{2028}", "\u{2029}", "\u{202E}", "\u{FEFF}"])
    func `what reorders or breaks text is not printed`(scalar: Unicode.Scalar) {
        #expect(scalar.isUnprintable)
    }

    @Test(arguments: [" ", "~", "é", "\u{200C}", "\u{200D}", "中", "\u{1F600}"] as [Unicode.Scalar])
    func `what people write is`(scalar: Unicode.Scalar) {
        #expect(!scalar.isUnprintable)
    }
}
