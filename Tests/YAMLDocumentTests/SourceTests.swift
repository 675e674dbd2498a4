import Testing
import YAMLDocument

struct SourceTests {
    @Test(arguments: [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a", ""]),
        ("a\r\nb\rc\n", ["a", "b", "c", ""]),
        ("ä\u{85}b\u{2028}c\u{2029}", ["ä", "b", "c", ""]),
        ("\u{FEFF}a\nb", ["a", "b"]),
    ])
    func `lines break where libyaml breaks them`(text: String, lines: [String]) {
        let source = YAMLSource(Array(text.utf8))
        #expect((1...source.lineCount).map { source.line($0) } == lines)
        #expect(source.line(0) == nil)
        #expect(source.line(source.lineCount + 1) == nil)
    }
}
