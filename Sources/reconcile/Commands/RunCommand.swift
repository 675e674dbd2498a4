import ArgumentParser
import Reporting

/// `reconcile run`, which is also `reconcile` without a command: the daemon, or with `--once` a single pass.
struct RunCommand: PassCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Keep Authentik in sync with the file, as a daemon (default) or once.",
        usage: """
            reconcile --config FILE [--listen ADDRESS] [--interval-seconds N]\(BuiltInAuthentik.usage)
            reconcile --once --config FILE\(BuiltInAuthentik.usage)
            reconcile --once --config FILE --plan PLAN
            reconcile --once --verify --config FILE
            """,
        discussion: """
            The daemon runs a pass when it starts, periodically, when the file, a secret file or the token file changes, \
            after manual changes in Authentik, on SIGHUP and on POST /reconcile. If the file becomes invalid, the last \
            valid version stays in use. It serves a status page at /, and /status, /metrics, /healthz and /readyz for \
            machines. SIGTERM ends it within five seconds.

            Exit codes of --once: 0 everything is as declared; 1 a service failed, conflicts, is blocked or waits for \
            its secret (the others were applied), deletions were held back, the saved plan is out of date, or, with \
            --verify, a login is not verified; 64 usage; 65 the file is wrong, or holds no plan; 69 Authentik cannot be \
            reached or observed; 77 the token is rejected or lacks a permission; 130 or 143 SIGINT (Ctrl-C) or SIGTERM \
            ended it early: requests in flight were finished, and the next run does the rest. The daemon exits with 0 after SIGTERM \
            or SIGINT, with 64 or 65 if it cannot start, and with 1 if it cannot listen.
            """
    )

    @Flag(help: "Run one pass, print a report and exit.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "With --once: apply exactly this saved plan; if it is out of date, apply nothing.",
            discussion: """
                'reconcile plan --save FILE' creates it. The options of the plan apply (--only, --without-secrets, \
                --allow-deletions). A plan without secrets writes none, and creates no provider that needs one.
                """,
            valueName: "file"
        ),
        completion: .file(extensions: ["json"])
    )
    var plan: String?

    @Flag(
        help: ArgumentHelp(
            "With --once: after the pass, verify that logins work, as 'reconcile verify' does.",
            discussion: "Exit code 1 if a login is not verified."
        )
    )
    var verify = false

    @OptionGroup var files: FileOptions
    @OptionGroup var builtIn: BuiltInOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var result: ResultOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var narrowing: NarrowingOptions
    @OptionGroup var deletions: DeletionOptions
    @OptionGroup var writes: ConcurrencyOptions
    @OptionGroup var probes: ProbeOptions
    @OptionGroup(title: Self.daemonTitle) var daemon: DaemonOptions
    @OptionGroup(title: Self.daemonTitle) var leadership: LeadershipOptions
    @OptionGroup(title: Self.daemonTitle) var trigger: TriggerTokenOptions
    @OptionGroup(title: Self.daemonTitle) var notifications: NotificationOptions

    private static let daemonTitle = "Options of the daemon"

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
            throw ValidationError("\(name) is for single passes; add --once, or omit it to run as a daemon")
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
            return try await Daemon(
                pass: pass,
                options: daemon,
                leadership: leadership,
                trigger: trigger,
                notifications: notifications,
                concurrency: concurrency,
                probes: limits
            ).run()
        }
        try await single.run()
    }
}
