import ArgumentParser
import FoundationEssentials
import SandboxCommandLine
import SystemPackage

/// `reconcile-bench`: the cost of a pass without changes, compared with the same requests by plain libcurl.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile-bench",
        abstract: "Measure a pass without changes against a floor: the same requests, sent by plain libcurl.",
        discussion: """
            For each size, a sandbox is started as a process of its own and brought in sync once. Then passes (plans, which \
            write nothing) and floors are measured in turn, each as a process of its own. The floor sends the GET \
            requests of such a pass over as many connections as the program uses, and throws the answers away.

              swift run -c release reconcile-bench
              swift run -c release reconcile-bench --sizes 100 1000 --latency 300
              AUTHENTIK_TOKEN=... swift run -c release reconcile-bench --authentik-url https://sso.example.net \\
                --config services.yaml

            Measure on a machine that does nothing else. CPU is that of the measured process, user and system; memory is \
            its peak.
            """,
        subcommands: [RunCommand.self, MeasureCommand.self, SandboxCommand.self],
        defaultSubcommand: RunCommand.self
    )
}

/// `reconcile-bench run`: all measurements, and their table.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure passes and floors in turn, and print medians and ranges (default)."
    )

    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(parsing: .upToNextOption, help: "How many services to measure.")
    var sizes = [100, 1_000, 10_000]

    @Option(help: ArgumentHelp("Measurements of each kind.", valueName: "n"))
    var runs = 5

    @Option(help: ArgumentHelp("Milliseconds that the sandbox waits before each answer.", valueName: "ms"))
    var latency = 0

    @Option(help: "What to print.")
    var output = Output.table

    @Option(help: ArgumentHelp("Measure on this Authentik, instead of sandboxes; it is only read.", valueName: "url"))
    var authentikURL: String?

    @Option(help: ArgumentHelp("With --authentik-url: the desired state to plan.", valueName: "file"))
    var config: String?

    func validate() throws {
        guard runs > 0 else { throw ValidationError("invalid --runs \(runs); expected a positive number") }
        guard (0...60_000).contains(latency) else {
            throw ValidationError("invalid --latency \(latency); expected 0 to 60000 milliseconds")
        }
        guard !sizes.isEmpty, sizes.allSatisfy((1...100_000).contains) else {
            throw ValidationError("invalid --sizes; expected numbers from 1 to 100000")
        }
        guard (authentikURL == nil) == (config == nil) else {
            throw ValidationError("--authentik-url and --config go together")
        }
        guard authentikURL == nil || latency == 0 else {
            throw ValidationError("--latency is for the sandbox; a real Authentik has its own")
        }
    }

    func run() async throws {
        var rows: [Row] = []
        if let authentikURL, let config {
            guard let token = Child.environment["AUTHENTIK_TOKEN"], !token.isEmpty else {
                throw ValidationError("no token is given; set AUTHENTIK_TOKEN")
            }
            rows.append(try await measured(Site(url: authentikURL, config: config), size: nil))
        } else {
            for size in sizes { rows.append(try await sandboxRow(of: size)) }
        }
        let report = BenchReport(runs: runs, latencyMilliseconds: authentikURL == nil ? latency : nil, rows: rows)
        print(try output == .json ? report.json : report.table)
    }

    private func sandboxRow(of size: Int) async throws -> Row {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let config = folder.appending(path: "services.yaml").path
        try Data(Workload.file(services: size).utf8).write(to: URL(filePath: config))
        return try await SandboxServer.serving { sandbox in
            note("\(size) services: bringing the sandbox in sync")
            let site = Site(url: sandbox.url, config: config, isSandbox: true)
            _ = try await Child.measure(.apply, site)
            try await sandbox.slowDown(byMilliseconds: latency)
            return try await measured(site, size: size)
        }
    }

    /// Alternates passes and floors, after one of each that is not counted, so that the server's caches are warm.
    private func measured(_ site: Site, size: Int?) async throws -> Row {
        let first = try await Child.measure(.pass, site)
        var site = site
        site.requests = first.requests
        _ = try await Child.measure(.floor, site)
        var passes: [Measurement] = []
        var floors: [Measurement] = []
        for run in 1...runs {
            note("\(size.map { "\($0) services" } ?? site.url): run \(run) of \(runs)")
            passes.append(try await Child.measure(.pass, site))
            floors.append(try await Child.measure(.floor, site))
        }
        return Row(services: first.services, requests: first.requests.count, passes: passes, floors: floors)
    }

    private func note(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(Array((text + "\n").utf8))
    }
}
