import Base
import Testing

@Suite struct InvocationTests {
    @Test(arguments: [
        ("run 'reconcile --once' to correct it", "run 'reconcile --once --config a.yaml --token-file t' to correct it"),
        ("'reconcile verify --only grafana'", "'reconcile verify --config a.yaml --token-file t --only grafana'"),
        ("with 'reconcile bootstrap' again", "with 'reconcile bootstrap --config a.yaml' again"),
        ("'reconcile release' gives it up", "'reconcile release' gives it up"),
        ("the group 'reconcile' is missing", "the group 'reconcile' is missing"),
    ])
    func `advice gets what was given`(advice: String, completed: String) {
        #expect(Invocation(files: ["a.yaml"], tokenFile: "t").completing(advice) == completed)
        #expect(Invocation().completing(advice) == advice)
    }

    @Test func `a command has the files and the connection that were given`() {
        let invocation = Invocation(files: ["a.yaml", "more"], connection: ["--url", "https://sso.example.net"])
        #expect(
            invocation.command("--once", "--only", "grafana")
                == "reconcile --once --config a.yaml --config more --url https://sso.example.net --only grafana"
        )
        #expect(invocation.withoutFiles.command("doctor") == "reconcile doctor --url https://sso.example.net")
        #expect(Invocation().command("plan") == "reconcile plan")
        #expect(Invocation(files: ["-"]).command("--once") == "cat FILE | reconcile --once --config -")
        let withToken = Invocation(files: ["a.yaml"], connection: ["--url", "http://a"], tokenFile: "token")
        #expect(withToken.command("plan") == "reconcile plan --config a.yaml --url http://a --token-file token")
        #expect(withToken.withoutFiles.command("status") == "reconcile status --url http://a --token-file token")
        #expect(withToken.filesOnly.command("rbac") == "reconcile rbac --config a.yaml")
        #expect(withToken.forAdministrator.command("bootstrap") == "reconcile bootstrap --config a.yaml --url http://a")
    }

    @Test(arguments: [
        ("services.yaml", "services.yaml"),
        ("/etc/reconcile/a-b_c.yaml", "/etc/reconcile/a-b_c.yaml"),
        ("my services.yaml", "'my services.yaml'"),
        ("$(id)", "'$(id)'"),
        ("it's", #"'it'\''s'"#),
        ("", "''"),
        ("~/a", "'~/a'"),
        ("a\nb", #"$'a\x0ab'"#),
        ("\u{1B}[31m'\\", #"$'\x1b[31m\'\\'"#),
        ("\u{85}", #"$'\xc2\x85'"#),
        ("é", "'é'"),
    ])
    func `a word is quoted for a shell`(word: String, quoted: String) {
        #expect(Invocation.quoted(word) == quoted)
    }
}
