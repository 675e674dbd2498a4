import Testing

@testable import Reporting

@Suite(.timeLimit(.minutes(60))) struct PrintableTests {
    @Test(arguments: [
        ("Größe 日本 👩‍🚀", "Größe 日本 👩‍🚀"), ("a\u{1B}[31m", "a\\u{1b}[31m"), ("a\nb\t", "a\\u{a}b\\u{9}"),
        ("a\u{202E}b", "a\\u{202e}b"), ("a\u{2028}b\u{85}", "a\\u{2028}b\\u{85}"), ("\u{FEFF}a", "\\u{feff}a"),
    ])
    func showsWhatCouldDoHarm(_ text: String, _ expected: String) {
        #expect(text.printable == expected)
    }
}
