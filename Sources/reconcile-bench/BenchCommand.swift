import ArgumentParser
import SandboxCommandLine

/// `reconcile-bench`: what passes cost, compared with the same requests by plain libcurl.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile-bench",
        abstract: "Measure passes against a floor: the same requests, sent by plain libcurl.",
        discussion: """
            For each size, a sandbox is started as a process of its own and brought in sync once. Then, for each latency, \
            passes without changes (plans, which write nothing) and floors are measured in turn, each as a process of its \
            own. The floor sends the GET requests of such a pass over as many connections as the program uses, and throws \
            the answers away.

            Creates are measured on an empty sandbox that takes --write-latency for each write, against the number of \
            writes times that latency, divided by --concurrency. The peer is the procedure by hand as a shell script: with \
            curl, five look-ups, a POST and a PATCH for each service.

              swift run -c release reconcile-bench
              swift run -c release reconcile-bench --sizes 100 1000 10000 20000 --latency 0 300
              swift run -c release reconcile-bench --sizes 100 --creates 0 --peer 0
              AUTHENTIK_TOKEN=... swift run -c release reconcile-bench --authentik-url https://sso.example.net \\
                --config services.yaml

            Measure on a machine that does nothing else. CPU is that of the measured process, user and system; memory is \
            its peak.
            """,
        subcommands: [RunCommand.self, MeasureCommand.self, SandboxCommand.self],
        defaultSubcommand: RunCommand.self
    )

    /// The prefix of every error, as the program has it.
    static let _errorPrefix = "error: "
}

/// A measurement that could not be made, though it was asked for rightly.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
