import ArgumentParser
import Reporting

/// `reconcile`, without a subcommand: the daemon, or with `--once` a single pass.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Keep Authentik equal to the file: as a daemon, or once. This is what 'reconcile' alone does.",
        usage: """
            reconcile --config FILE [--listen ADDRESS] [--interval-seconds N]\(BuiltInAuthentik.usage)
            reconcile --once --config FILE\(BuiltInAuthentik.usage)
            reconcile --once --config FILE --plan PLAN
            reconcile --once --verify --config FILE
            """,
        discussion: """
            The daemon runs a pass at its start, at each interval, when the file, a secret's file or the token's file \
            changes, when somebody changes something by hand in Authentik, on SIGHUP and on POST /reconcile. A file \
            that turns invalid leaves the last good one in force. It serves a page for people at /, and for machines \
            /status, /metrics, /healthz and /readyz. SIGTERM ends it within five seconds.

            Exit codes of --once: 0 converged or nothing to do; 1 a service failed, conflicts, is blocked or waits for \
            its secret (the others were converged), the deletion limit held deletions back, the reviewed plan is out of date, or, with \
            --verify, a login is not verified; 130 or 143 SIGINT (Ctrl-C) or SIGTERM ended it before everything was done: \
            requests in flight were finished, and the next run does the rest; 64 usage; 65 the file \
            is wrong; 69 Authentik cannot be reached or observed; 77 the token is refused or lacks a permission. The \
            daemon ends with 0 when it is told to end, and with 64 or 65 if it cannot begin.
            """
    )

    @Flag(help: "Run one pass, print a report and end.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "With --once: apply exactly the plan in this file, or, if it is out of date, nothing.",
            discussion: """
                'reconcile plan --save FILE' makes one. The pass is about what the plan was about (--only, \
                --without-secrets, --allow-deletions). A plan without secrets writes none, so it makes no new provider \
                that needs one. Exit codes: 1 it is out of date, and stderr says why; 65 the file holds no plan.
                """,
            valueName: "file"
        ),
        completion: .file(extensions: ["json"])
    )
    var plan: String?

    @Flag(
        help: ArgumentHelp(
            "With --once: after the pass, prove that logins work, as 'reconcile verify' does.",
            discussion: "A service that is as declared, and whose login is not verified, is not in sync: exit code 1."
        )
    )
    var verify = false

    @OptionGroup var pass: PassOptions
    @OptionGroup var narrowing: NarrowingOptions
    @OptionGroup var deletions: DeletionOptions
    @OptionGroup var writes: ConcurrencyOptions
    @OptionGroup var probes: ProbeOptions
    @OptionGroup(title: "Options of the daemon") var daemon: DaemonOptions

    func validate() throws {
        if once { try single.check() } else { try checkDaemonOptions() }
    }

    private var single: SinglePass {
        SinglePass(
            pass: pass,
            narrowing: narrowing,
            deletions: deletions,
            writes: writes,
            probes: probes,
            verifies: verify,
            plan: plan
        )
    }

    private func checkDaemonOptions() throws {
        let misplaced = [
            ("--plan", plan != nil), ("--verify", verify), ("--allow-deletions", deletions.allowDeletions != nil),
            ("--only", !narrowing.only.isEmpty), ("--output", pass.output != .text),
        ]
        if let (name, _) = misplaced.first(where: \.1) {
            throw ValidationError("\(name) is for single passes; add --once, or leave it out to run as a daemon")
        }
        if pass.files.readsStandardInput {
            throw ValidationError(
                "the daemon reads its file again whenever that changes, which stdin cannot do; give a path, or add --once"
            )
        }
    }

    func run() async throws {
        guard once else {
            let concurrency = try writes.limit
            let limits = try probes.limits
            return try await Daemon(pass: pass, options: daemon, concurrency: concurrency, probes: limits).run()
        }
        try await single.run()
    }
}
