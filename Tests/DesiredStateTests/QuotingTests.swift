import Testing

@testable import DesiredState

/// How a value stands in a text that is no plain one.
struct QuotingTests {
    @Test(arguments: [
        (PublishedText.Quoting.none, #"a'b"c\"#, #"a'b"c\"#), (.json, #"a'b"c\"#, #""a'b\"c\\""#),
        (.json, "a\nb\u{1}", #""a\nb\u0001""#), (.json, "Grüße", #""Grüße""#), (.shell, "a b", "'a b'"),
        (.shell, "a'b$c", #"'a'\''b$c'"#), (.jsonInShell, #"a'b"c"#, #""a'\''b\"c""#),
    ])
    func quoting(_ quoting: PublishedText.Quoting, text: String, quoted: String) {
        #expect(quoting.quote(text) == quoted)
    }

    @Test func `every template of a tool can be filled`() {
        for tool in ClientTool.all {
            let texts = Array(tool.keys.values) + [tool.form.text].compactMap(\.self)
            for text in texts { #expect(!text.filled { "<\($0.rawValue)>" }.isEmpty) }
            #expect(tool.documentation.hasPrefix("https://"))
            #expect(tool.hints.allSatisfy { $0.hasSuffix(".") })
        }
        #expect(Set(ClientTool.names).count == ClientTool.all.count)
    }
}

extension ClientTool.Form {
    fileprivate var text: PublishedText? {
        switch self {
        case .environment: nil
        case .commands(let text), .file(let text, _): text
        }
    }
}
