import TestSupport
import Testing
import YAMLDocument

@Suite struct YAMLTextTests {
    /// Each with how it is written.
    static let texts: [(String, String)] = [
        ("Grafana", "Grafana"),
        ("Homelab Docs", "Homelab Docs"),
        ("https://sso.example.net:8444/a", "https://sso.example.net:8444/a"),
        ("/login/generic_oauth", "/login/generic_oauth"),
        ("Müller & Söhne", "Müller & Söhne"),
        ("Übersicht", "Übersicht"),
        ("", "''"),
        ("yes", "'yes'"),
        ("No", "'No'"),
        ("ON", "'ON'"),
        ("y", "'y'"),
        ("true", "'true'"),
        ("null", "'null'"),
        ("~", "'~'"),
        ("8444", "'8444'"),
        ("1e3", "'1e3'"),
        ("0x1F", "'0x1F'"),
        ("12:30:45", "'12:30:45'"),
        ("2001-01-01", "'2001-01-01'"),
        (".inf", "'.inf'"),
        ("a: b", "'a: b'"),
        ("a:", "'a:'"),
        ("a #b", "'a #b'"),
        ("- a", "'- a'"),
        ("---", "'---'"),
        ("? a", "'? a'"),
        ("<<", "'<<'"),
        ("!tag", "'!tag'"),
        ("&anchor", "'&anchor'"),
        ("*alias", "'*alias'"),
        ("%TAG", "'%TAG'"),
        ("@at", "'@at'"),
        ("`tick", "'`tick'"),
        ("{a}", "'{a}'"),
        ("[a]", "'[a]'"),
        ("it's", "it's"),
        ("it's: so", "'it''s: so'"),
        ("metrics, logs", "metrics, logs"),
        ("https://a.example/x#y?z=%(username)s&w=1", "https://a.example/x#y?z=%(username)s&w=1"),
        ("a#", "a#"),
        ("a # b", "'a # b'"),
        ("a 'b'", "a 'b'"),
        ("a | b > c", "'a | b > c'"),
        ("say \"hi\"", "'say \"hi\"'"),
        ("back\\slash", "'back\\slash'"),
        (" lead", "' lead'"),
        ("trail ", "'trail '"),
        ("two\nlines", "\"two\\nlines\""),
        ("two\nlines: \"\\\"", "\"two\\nlines: \\\"\\\\\\\"\""),
        ("a\tb\r", "\"a\\tb\\r\""),
        ("nul\0", "\"nul\\x00\""),
        ("next\u{85}line", "\"next\\x85line\""),
        ("line\u{2028}separator", "\"line\\u2028separator\""),
        ("\u{FEFF}mark", "\"\\uFEFFmark\""),
        ("right\u{202E}left", "\"right\\u202Eleft\""),
        ("escape\u{1B}[31m", "\"escape\\x1B[31m\""),
        ("\u{E0041}tag", "\"\\U000E0041tag\""),
        ("👩‍💻 work", "'👩‍💻 work'"),
        ("日本語", "日本語"),
    ]

    @Test(arguments: texts)
    func writesEachSoThatItIsReadAsItWas(_ text: String, _ written: String) throws {
        #expect(YAMLText.scalar(text) == written)
        try expectRead(text)
    }

    @Test func anythingIsReadAsItWas() throws {
        var random = SeededRandom(seed: 9)
        let pieces =
            Self.texts.map(\.0) + ["\n", "\r\n", ":", "#", " ", "'", "\"", "\\", "\u{2029}", "\u{7F}", "\u{FFFE}"]
        for _ in 0..<2_000 {
            let count = Int.random(in: 1...6, using: &random)
            try expectRead((0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined())
        }
    }

    @Test func aCommentStaysOnItsLine() {
        for (text, _) in Self.texts {
            let comment = YAMLText.comment(text)
            let parsed = ParsedYAML(Array("# \(comment)\na: b\n".utf8))
            #expect(parsed.problems.isEmpty)
            #expect(parsed.source.lineCount == 3)
        }
        #expect(YAMLText.comment("a\nslug: b") == "a\\u{A}slug: b")
    }

    private func expectRead(_ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
        let written = YAMLText.scalar(text)
        var documents = ["a: \(written)\n", "- \(written)\n"]
        if YAMLText.isPlainInFlow(text) { documents.append("a: [\(written), b]\n") }
        for document in documents {
            let parsed = ParsedYAML(Array(document.utf8))
            #expect(parsed.problems.isEmpty, "\(document)", sourceLocation: sourceLocation)
            let scalar = try #require(parsed.root?.firstScalar, "\(document)", sourceLocation: sourceLocation)
            #expect(Array(scalar.text.utf8) == Array(text.utf8), "\(document)", sourceLocation: sourceLocation)
            if scalar.style == .plain {
                #expect(!["true", "yes", "null"].contains(text.lowercased()), sourceLocation: sourceLocation)
            }
        }
    }
}

extension YAMLNode {
    fileprivate var firstScalar: YAMLScalar? {
        switch content {
        case .scalar(let scalar): scalar
        case .sequence(let items): items.first?.firstScalar
        case .mapping(let pairs): pairs.first?.value.firstScalar
        case .invalid: nil
        }
    }
}
