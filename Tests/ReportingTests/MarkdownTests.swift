import Kinds
import Planning
import Testing

@testable import Reporting

@Suite(.timeLimit(.minutes(60))) struct MarkdownTests {
    /// What somebody may write into a name to get more than a name.
    static let hostile = [
        "@admins please look", "`@admins`", "``` \n@admins", "```\n</details>\n# @admins", "</details><img src=x>",
        "![x](https://evil.example/x.png)", "[x](javascript:alert(1))", "https://evil.example", "#1 GH-1", "a|b|c",
        "<!-- x", "~~~\n/close", "\u{202E}gnp.exe", "`", "``", " ", "", "a\u{2028}@b", "\r\n@admins",
        // A mark makes another character of a backtick, and none for who reads it.
        "`\u{301} @admins", "`\u{301}@admins `\u{301}", "``\u{301} ![x](https://evil.example/x.png) ``\u{FE0F}",
        "```\u{301}", "```\u{200D}", " \u{301}", "\u{301}`", "`\u{1FEF}`",
    ]

    @Test(arguments: [
        ("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("``", "``` `` ```"), ("", "`   `"), (" a", "`  a `"),
        ("a\nb", "`a\\u{a}b`"),
    ])
    func aCodeSpanHoldsAnything(_ text: String, _ expected: String) {
        #expect(Markdown.code(text) == expected)
    }

    @Test(arguments: hostile)
    func aCodeSpanIsClosedByItsOwnFenceOnly(_ text: String) throws {
        let span = Array(Markdown.code(text).unicodeScalars)
        let fence = span.prefix { $0 == "`" }
        let inner = span.dropFirst(fence.count).dropLast(fence.count)
        #expect(span.suffix(fence.count) == fence && !span.contains { Character($0).isNewline })
        #expect(!inner.split(whereSeparator: { $0 != "`" }).map(\.count).contains(fence.count))
        #expect(inner.first != "`" && inner.last != "`")
    }

    @Test(arguments: hostile)
    func codeInHTMLIsText(_ text: String) {
        let html = Markdown.htmlCode(text).dropFirst("<code>".count).dropLast("</code>".count)
        #expect(!html.unicodeScalars.contains { "<>\"'`@[]()!|/:.*_\n\r".unicodeScalars.contains($0) })
    }

    @Test func codeInHTMLReadsAsItWas() {
        #expect(Markdown.htmlCode("a-1 <b>") == "<code>a-1 &#60;b&#62;</code>")
    }

    @Test(arguments: hostile)
    func aBlockIsEndedByItsLastLineOnly(_ text: String) throws {
        let lines = Markdown.block(["  \(text)", text], language: "diff").split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let fence = try #require(lines.last)
        #expect(lines.count == 4 && lines[0] == "\(fence)diff")
        #expect(lines[1...2].allSatisfy { !$0.utf8.contains(fence.utf8) })
    }

    /// Whatever is in a plan, a comment shows it in code: outside there are only this program's own words.
    @Test(arguments: hostile)
    func aCommentShowsForeignTextInCodeOnly(_ text: String) {
        let changes = (0..<20).map { SamplePlan.change(.provider, "field-\($0)", .text("\(text)x"), .text(text)) }
        let services = Decision.allCases.flatMap { decision in
            [changes, Array(changes.prefix(2))].map { changes in
                SamplePlan.service(text, decision, text) {
                    $0.changes = changes
                    $0.notes = [text]
                    $0.deletion = decision == .delete ? Deletion(application: text, providers: [text]) : nil
                }
            }
        }
        let result = SamplePlan.result(Plan(services: services), Narrowing(only: [text]))
        let prose = withoutCode(PlanMarkdown(isVerbose: true).render(result))
        for sign in ["@", "![", "](", "<img", "<!--", "http", "#1", "evil", "/close", "\u{202E}"] {
            #expect(!prose.contains(sign), "\(prose)")
        }
        #expect(prose.components("<details>") == prose.components("</details>"))
    }

    @Test func aCommentIsNeverLongerThanGitHubTakes() {
        let services = (0..<5000).map { number in
            SamplePlan.service("service-\(number)", number == 4999 ? .conflict : .create, "new") {
                $0.changes = [SamplePlan.change(.application, "name", nil, .text("Nämé \(number)"))]
            }
        }
        let comment = PlanMarkdown(isVerbose: true).render(SamplePlan.result(Plan(services: services)))
        #expect(comment.utf8.count <= 65_536)
        #expect(comment.utf8.count > 60_000)
        #expect(comment.contains("service-4999"))
        #expect(comment.contains("**Left out, since a comment takes 65536 characters:** "))
        #expect(comment.hasSuffix("to create). `reconcile plan` shows them."))
    }

    @Test func aServiceThatFillsAWholeCommentIsLeftOutAlone() {
        let services = [
            SamplePlan.service("huge", .create, "new") { service in
                service.changes = (0..<3000).map {
                    SamplePlan.change(.application, "field-\($0)", nil, .text(String(repeating: "x", count: 500)))
                }
            },
            SamplePlan.service("small", .create, "new"),
        ]
        let comment = PlanMarkdown(isVerbose: false).render(SamplePlan.result(Plan(services: services)))
        #expect(comment.contains("`small`"))
        #expect(!comment.contains("huge"))
        #expect(comment.contains("1 service (1 to create)"))
    }

    /// Without code blocks, code spans, and code in HTML; read by scalars, as GitHub does.
    private func withoutCode(_ markdown: String) -> String {
        var prose = ""
        var fence: [Unicode.Scalar]?
        for line in markdown.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init) {
            if let open = fence {
                if line == open { fence = nil }
            } else if line.starts(with: "```".unicodeScalars) {
                fence = Array(line.prefix { $0 == "`" })
            } else {
                prose += withoutSpans(line[...]) + "\n"
            }
        }
        return prose.replacing(#/<code>[^<]*<\/code>/#.matchingSemantics(.unicodeScalar), with: "")
    }

    private func withoutSpans(_ line: ArraySlice<Unicode.Scalar>) -> String {
        var rest = line
        var prose: [Unicode.Scalar] = []
        while let start = rest.firstIndex(of: "`") {
            prose += rest[..<start]
            let fence = rest[start...].prefix { $0 == "`" }
            rest = rest[start...].dropFirst(fence.count)
            // The next run of the same length closes it.
            while let next = rest.firstIndex(of: "`") {
                let run = rest[next...].prefix { $0 == "`" }
                rest = rest[next...].dropFirst(run.count)
                if run.count == fence.count { break }
            }
        }
        return String(String.UnicodeScalarView(prose + rest))
    }
}

extension String {
    /// How many times a text occurs.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
