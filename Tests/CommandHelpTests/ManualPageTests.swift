import JSON
import Testing

@testable import CommandHelp

@Suite struct ManualPageTests {
    private static let dump = #"""
        {"command": {"commandName": "tool", "abstract": "Do it.", "discussion": "Like so:\n\n  tool it\n\nOr not.",
          "subcommands": [{"commandName": "plan", "aliases": ["diff"], "abstract": "Show it.", "shouldDisplay": true,
            "arguments": [
              {"kind": "positional", "shouldDisplay": true, "valueName": "file", "isRepeating": true, "abstract": "A file."},
              {"kind": "option", "shouldDisplay": true, "valueName": "url", "isRepeating": false, "defaultValue": "x",
               "names": [{"kind": "short", "name": "u"}, {"kind": "long", "name": "url"}],
               "abstract": "Where it is. (environment: TOOL_URL)"},
              {"kind": "flag", "shouldDisplay": false, "names": [{"kind": "long", "name": "secret"}]}]},
           {"commandName": "help", "abstract": "Help."}]}}
        """#

    @Test func `commands, options, variables and examples are in it`() throws {
        let page = ManualPage(try JSONValue(parsing: Array(Self.dump.utf8)), version: "1.2").text
        #expect(page.hasPrefix(#".TH "TOOL" "1" "" "tool 1.2" "User Commands""# + "\n"))
        #expect(page.contains("\ntool \\- do it\n"))
        #expect(
            page.contains(".SH \"DESCRIPTION\"\nLike so:\n.PP\n.RS \"2\"\n.nf\ntool it\n\n.fi\n.RE\n.PP\nOr not.\n")
        )
        #expect(page.contains(".SS \"plan, diff\"\nShow it.\n"))
        #expect(page.contains(".TP\n\\fIfile\\fR ...\nA file.\n"))
        #expect(page.contains(".TP\n\\fB\\-u\\fR, \\fB\\-\\-url\\fR \\fIurl\\fR\nWhere it is."))
        #expect(page.contains("(default: x)"))
        #expect(page.contains(".TP\n\\fBTOOL_URL\\fR\nWhere it is.\n"))
        #expect(!page.contains("secret") && !page.contains("Help."))
    }

    @Test(arguments: [
        (".a", "\\&.a"), ("'a'", "\\(aqa\\(aq"), ("a\\b", "a\\eb"), ("--x", "\\-\\-x"), ("…", "\\[u2026]"),
        ("`a`", "\\(gaa\\(ga"),
    ])
    func `text is taken for nothing else`(text: String, roff: String) {
        #expect(Roff.text(text) == roff)
    }
}

@Suite struct HabitsTests {
    private static let habits = Habits(commands: ["plan", "apply", "validate", "help"])

    @Test func `a command is a command`() {
        #expect(Self.habits.complaint(aboutCommand: "plan") == nil)
        #expect(Self.habits.complaint(aboutCommand: "aply") == "unknown command 'aply'; did you mean 'apply'?")
        #expect(
            Self.habits.complaint(aboutCommand: "my file.yaml")?.contains("'reconcile plan 'my file.yaml''") == true
        )
    }

    @Test func `advice fits the command`() {
        #expect(Self.habits.advice(onOption: "--dry-run", of: "apply")?.contains("use 'reconcile plan'") == true)
        #expect(Self.habits.advice(onOption: "--dry-run", of: "plan")?.contains("leave it out") == true)
        #expect(Self.habits.advice(onOption: "--unheard-of", of: nil) == nil)
        #expect(Self.habits.advice(onArgument: "a.yaml")?.contains("--config a.yaml") == true)
        #expect(Self.habits.advice(onArgument: "grafana") == nil)
    }
}
