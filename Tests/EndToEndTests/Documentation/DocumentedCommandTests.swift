import JSON
import Testing

/// Each command line that a document shows is one that the program takes.
@Suite(.timeLimit(.minutes(60))) struct DocumentedCommandTests {
    @Test func `command lines in documents parse`() async throws {
        let dump = try await Command(["--experimental-dump-help"]).run()
        let model = CommandLineModel(dump: try JSONValue(parsing: Array(dump.output.utf8)))
        var count = 0
        for path in MarkdownDocument.paths where path != "CHANGELOG.md" {
            let document = try MarkdownDocument(path)
            let texts = document.blocks.filter { ["sh", "console"].contains($0.language) }.map { block in
                block.language == "sh"
                    ? block.text
                    : block.text.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { $0.dropFirst(2) }
                        .joined(separator: "\n")
            }
            // In prose, an option may be named without its value.
            for (text, isWhole) in texts.map({ ($0, true) }) + document.codeSpans.map({ ($0, false) }) {
                for words in ShellText.reconcileCommands(in: text) {
                    count += 1
                    let mistake = model.mistake(in: words, isWhole: isWhole)
                    #expect(mistake == nil, "\(path): reconcile \(words.joined(separator: " "))")
                }
            }
        }
        #expect(count > 50)
    }

    @Test func `a command line that does not parse is found`() async throws {
        let dump = try await Command(["--experimental-dump-help"]).run()
        let model = CommandLineModel(dump: try JSONValue(parsing: Array(dump.output.utf8)))
        func mistake(_ line: String) -> String? {
            ShellText.reconcileCommands(in: line).first.flatMap { model.mistake(in: $0) }
        }
        #expect(mistake("A=b reconcile --once --config x.yaml | cat") == nil)
        #expect(mistake("reconcile plan --confg x.yaml") == "'plan' has no option '--confg'")
        #expect(mistake("swift run reconcile plan --output yaml") == "'--output' does not take 'yaml'")
        #expect(mistake("reconcile plant") == "there is no command 'plant'")
        #expect(
            mistake("kubectl exec x -- /usr/local/bin/reconcile doctor --once") == "'doctor' has no option '--once'"
        )
        #expect(mistake("reconcile status > out.txt # --bogus") == nil)
    }
}
