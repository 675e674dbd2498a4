import Foundation
import TestSupport
import Testing

/// The ways in which people who know other tools type, and what makes the command line easy to learn.
@Suite(.timeLimit(.minutes(60))) struct CommandLineTests {
    // MARK: - Files

    @Test(arguments: [["plan"], ["diff"], ["plan", "-f"], ["plan", "-c"], ["plan", "--config"]])
    func `a file is an argument, or an option by each of its names`(_ command: [String]) async throws {
        try await withTarget { target in
            let result = try await Command(command + [homelab], environment: target.environment).run()
            #expect(result.status == 2, "\(result.errors)")
            #expect(result.output.hasSuffix("\nRun: reconcile --once --config \(homelab)\n"))
        }
    }

    @Test(arguments: [
        ["validate", "-"], ["validate", "-f", "-"], ["plan", "-f", "-"], ["apply", "-"], ["--once", "-f", "-"],
    ])
    func `a dash is the standard input`(_ command: [String]) async throws {
        try await withTarget { target in
            var command = Command(command, environment: target.environment)
            command.input = services("- {slug: docs, name: Docs, launchURL: 'https://docs.example.net'}")
            let result = try await command.run()
            #expect([0, 2].contains(result.status) && !result.errors.contains("error"), "\(result.errors)")
            command.input = services("- {slug: docs, nmae: Docs, launchURL: 'https://docs.example.net'}")
            let wrong = try await command.run()
            #expect(wrong.status == 65)
            #expect(wrong.errors.hasPrefix("stdin:5:"), "\(wrong.errors)")
        }
    }

    @Test func `the daemon does not take the standard input, and says why`() async throws {
        let result = try await Command(["-f", "-", "--sandbox"]).run()
        #expect(result.status == 64)
        #expect(result.errors.contains("reads its file again whenever that changes, which stdin cannot do"))
    }

    @Test func `apply is a pass, or applies a saved plan`() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                let planned = try await target.run("plan", homelab, "--save", path)
                #expect(planned.status == 2)
                let alone = try await target.run("apply", path)
                #expect(alone.status == 64)
                #expect(alone.errors == "error: no file is given; use --config FILE, or set RECONCILE_CONFIG\n")
                let applied = try await target.run("apply", path, "--config", homelab)
                #expect(applied.status == 0, "\(applied.errors)")
                #expect(applied.output.contains("7 services: 7 created"))
                let outdated = try await target.run("apply", path, homelab)
                #expect(outdated.status == 1)
                #expect(outdated.errors.contains("the plan is out of date"))
                let again = try await target.run("apply", homelab)
                #expect(again.status == 0 && again.output.contains("7 services: 7 in sync"))
                let several = try await target.run("apply", path, path)
                #expect(several.status == 64 && several.errors.contains("only one saved plan"))
                let narrowed = try await target.run("apply", path, homelab, "--only", "grafana")
                #expect(narrowed.status == 64)
                try Data("{".utf8).write(to: URL(filePath: path))
                let cut = try await target.run("apply", path, "--config", homelab)
                #expect(cut.status == 65)
            }
        }
    }

    @Test func `advice can be pasted, with the options that were given`() async throws {
        try await withTarget { target in
            let folder = FileManager.default.temporaryDirectory.appending(path: "it's \(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appending(path: "my services.yaml").path
            try FileManager.default.copyItem(atPath: Command.package.appending(path: homelab).path, toPath: file)
            let token = folder.appending(path: "token").path
            try Data(target.environment["AUTHENTIK_TOKEN"].map(\.utf8) ?? "".utf8).write(to: URL(filePath: token))
            let url = try #require(target.environment["AUTHENTIK_URL"])
            var environment = target.environment
            environment["AUTHENTIK_URL"] = nil
            environment["AUTHENTIK_TOKEN"] = nil
            let given = [
                "plan", file, "--url", url, "--token-file", token, "--timeout-seconds", "200", "--only", "grafana",
            ]
            let plan = try await Command(given, environment: environment).run()
            #expect(plan.status == 2, "\(plan.errors)")
            let line = try #require(plan.output.split(separator: "\n").last { $0.hasPrefix("Run: reconcile ") })
            let pasted = line.dropFirst("Run: reconcile ".count)
            let applied = try await shell("\"$RECONCILE\" \(pasted)", environment)
            #expect(applied.contains("1 service: 1 created"), "\(pasted): \(applied)")
        }
    }

    // MARK: - What was meant

    @Test(arguments: [
        (["plna", homelab], "error: unknown command 'plna'; did you mean 'plan'?\n"),
        (["destroy"], "error: unknown command 'destroy'; remove the service from the file"),
        (["init"], "error: unknown command 'init'; there is nothing to initialise"),
        (["get", "services"], "error: unknown command 'get'; 'reconcile plan' compares a file"),
        (["delete", "grafana"], "error: unknown command 'delete'; remove the service"),
        (["frobnicate"], "error: unknown command 'frobnicate'; 'reconcile --help' lists all commands\n"),
        (
            ["services.yaml"],
            "error: 'services.yaml' is not a command; to preview a file use 'reconcile plan services.yaml'"
        ),
        (
            ["--once", "services.yaml"],
            "error: unexpected argument 'services.yaml'; give a file as '--config services.yaml'\n"
        ),
        (["plan", "--confg", "x"], "error: unknown option '--confg'; did you mean '--config'?\n"),
        (["apply", "--dry-run"], "error: unknown option '--dry-run'; use 'reconcile plan', which writes nothing\n"),
        (
            ["plan", "--dry-run"],
            "error: unknown option '--dry-run'; 'plan' writes nothing in any case; leave it out\n"
        ),
        (["apply", "--auto-approve"], "error: unknown option '--auto-approve'; nothing asks for confirmation here"),
        (["plan", "-n", "sso"], "error: unknown option '-n'; Authentik has no namespaces"),
        (["plan", "-o", "yaml"], "error: the value 'yaml' is invalid for '-o <output>'."),
        (
            ["apply", "--once", homelab],
            "error: unknown option '--once'; 'apply' is one pass in any case; leave it out\n"
        ),
        (["help", "plna"], "error: unknown command 'plna'; did you mean 'plan'?\n"),
        (["plna", "--help"], "error: unknown command 'plna'; did you mean 'plan'?\n"),
        (["plan", "--token", "x"], "error: unknown option '--token'; other users of this machine could see it"),
    ])
    func `what was meant is said`(_ arguments: [String], _ beginning: String) async throws {
        let result = try await Command(arguments).run()
        #expect(result.status == 64)
        #expect(result.output == "")
        #expect(result.errors.hasPrefix(beginning), "\(result.errors)")
    }

    @Test func `the usage is printed for errors of usage only`() async throws {
        let usage = try await Command(["plan", "--interval"]).run()
        #expect(usage.status == 64 && usage.errors.contains("\nUsage: reconcile plan"))
        for (arguments, environment) in [
            (["plan", homelab], [:]), (["plan"], ["AUTHENTIK_URL": "http://127.0.0.1:1", "AUTHENTIK_TOKEN": "t"]),
            (["plan", homelab], ["AUTHENTIK_URL": "sso.example.net", "AUTHENTIK_TOKEN": "t"]),
            (["plan", homelab], ["RECONCILE_LOG_LEVEL": "loud"]), (["validate", "--color", "never"], [:]),
            (["plan", homelab, "--ca-file", "/no/such/file"], [:]),
        ] {
            let result = try await Command(arguments, environment: environment).run()
            #expect(result.status == 64)
            #expect(
                result.errors.hasPrefix("error: ") && result.errors.split(separator: "\n").count == 1,
                "\(result.errors)"
            )
        }
    }

    @Test(arguments: [
        ("Bearer abcdef", "starts with 'Bearer '; give the token alone"),
        ("abc\ndef", "has a line break in it"), ("abc def", "has white space in it"),
        ("\"abcdef\"", "is in quotation marks"), ("abcd\u{E9}f", "has a character in it that a token cannot have"),
        ("  ", "is empty"),
    ])
    func `a token that cannot be one is not shown, and why`(_ token: String, _ complaint: String) async throws {
        let result = try await Command(
            ["plan", homelab],
            environment: ["AUTHENTIK_URL": "http://127.0.0.1:1", "AUTHENTIK_TOKEN": token]
        ).run()
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("error: the token in AUTHENTIK_TOKEN \(complaint)"), "\(result.errors)")
        #expect(!result.errors.contains("abc") && !result.errors.contains("def"))
    }

    @Test func `a port that speaks the other protocol is said by the first request, too`() async throws {
        try await withTarget { target in
            let address = try #require(target.environment["AUTHENTIK_URL"])
            let environment = target.environment.merging(["AUTHENTIK_URL": "https" + address.dropFirst(4)]) { $1 }
            let result = try await Command(["plan", homelab, "--timeout-seconds", "30"], environment: environment).run()
            #expect(result.status == 69)
            #expect(result.errors.contains("; this port speaks HTTP, not HTTPS: use http:// in the address"))
            #expect(!result.errors.contains("--ca-file"))
        }
    }

    // MARK: - Help

    @Test func `the help fits a terminal, and its commands stand on a line each`() async throws {
        let help = try await Command(["--help"], environment: ["COLUMNS": "80"]).run()
        #expect(help.status == 0)
        #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        for group in ["CHANGE", "READ-ONLY", "SETUP", "OTHER"] {
            #expect(help.output.contains("\n\(group) SUBCOMMANDS:\n"))
        }
        #expect(help.output.contains("\n  reconcile plan services.yaml --save plan.json\n"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `a shell completes commands, options and files`(_ shell: String) async throws {
        let result = try await Command(["completions", shell]).run()
        #expect(result.status == 0 && result.errors == "")
        for word in ["client-config", "--allow-deletions", "view-only"] {
            #expect(result.output.contains(word.trimming("-")))
        }
    }

    @Test func `bash completes what is typed`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "complete-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["services.yaml", "readme.txt"] { try Data().write(to: folder.appending(path: name)) }
        let script = try await Command(["completions", "bash"]).run().output
        try Data(script.utf8).write(to: folder.appending(path: "script"))
        func completed(_ words: String) async throws -> Set<String> {
            let line = """
                cd '\(folder.path)'; source ./script; COMP_WORDS=(\(words)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
                COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}; compopt() { :; }; \
                "$(complete -p reconcile | sed 's/.*-F \\([^ ]*\\) .*/\\1/')" reconcile "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; printf '%s\\n' "${COMPREPLY[@]}"
                """
            return Set(
                try await shell("bash -c \(quoted(line))", ["PATH": "/usr/bin:/bin"]).split(separator: "\n").map(
                    String.init
                )
            )
        }
        #expect(try await completed("reconcile pl") == ["plan"])
        #expect(try await completed("reconcile plan --allow") == ["--allow-deletions"])
        #expect(try await completed("reconcile plan --config ser") == ["services.yaml"])
        #expect(try await completed("reconcile plan --output m") == ["markdown"])
        #expect(try await completed("reconcile diff --without") == ["--without-secrets"])
        #expect(try await completed("reconcile client-config --for ngi") == ["nginx"])
        let commands = try await completed("reconcile ''")
        #expect(
            commands.isSuperset(of: ["apply", "diff", "plan", "run"]) && commands.allSatisfy { !$0.hasPrefix("-") }
        )
        // Without a command it is 'run'.
        #expect(try await completed("reconcile --onc") == ["--once"])
        #expect(try await completed("reconcile --once --config ser") == ["services.yaml"])
        #expect(try await completed("reconcile --once --color al") == ["always"])
    }

    @Test func `the manual page has every command, and no mistake`() async throws {
        let page = try await Command(["man"]).run()
        #expect(page.status == 0 && page.errors == "")
        for command in ["apply", "bootstrap", "doctor", "plan, diff"] {
            #expect(page.output.contains(".SS \"\(command)\"\n"))
        }
        #expect(page.output.contains("\\fBAUTHENTIK_URL\\fR\n"))
        #expect(page.output.utf8.allSatisfy { $0 < 0x7F })
        guard FileManager.default.fileExists(atPath: "/usr/bin/groff") else { return }
        let file = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID().uuidString).1")
        try Data(page.output.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let path = ["PATH": "/usr/bin:/bin"]
        #expect(try await shell("groff -man -ww -rCHECKSTYLE=3 -Tutf8 -z '\(file.path)'", path) == "")
    }

    private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }
}

extension String {
    fileprivate func trimming(_ character: Character) -> String { String(drop { $0 == character }) }
}
