import ArgumentParser
import AuthentikAPI
import FoundationEssentials
import SandboxCommandLine
import SystemPackage

/// `reconcile-bench run`: all measurements, and their tables.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure passes and floors in turn, and print medians and ranges (default)."
    )

    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(parsing: .upToNextOption, help: "Numbers of services to measure passes without changes with.")
    var sizes = [100, 1_000, 10_000]

    @Option(help: ArgumentHelp("Measurements of each kind.", valueName: "n"))
    var runs = 5

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Milliseconds that the sandbox waits before each answer, one after the other.",
            valueName: "ms"
        )
    )
    var latency = [0]

    @Option(help: ArgumentHelp("Number of services to measure creates with; 0 for none.", valueName: "n"))
    var creates = 1_000

    @Option(help: ArgumentHelp("Milliseconds that the sandbox takes for each write of those creates.", valueName: "ms"))
    var writeLatency = 20

    @Option(help: ArgumentHelp("Number of writes in flight at the same time.", valueName: "n"))
    var concurrency = AuthentikClient.standardConcurrency

    @Option(help: ArgumentHelp("Number of services to measure the procedure by hand with; 0 for none.", valueName: "n"))
    var peer = 10

    @Option(help: "Format of the result.")
    var output = Output.table

    @Option(help: ArgumentHelp("Measure on this Authentik, instead of sandboxes; it is only read.", valueName: "url"))
    var authentikURL: String?

    @Option(help: ArgumentHelp("With --authentik-url: the desired state to plan.", valueName: "file"))
    var config: String?

    func validate() throws {
        guard runs > 0 else { throw ValidationError("invalid --runs \(runs); expected a positive number") }
        for (name, values) in [("latency", latency), ("write-latency", [writeLatency])] {
            guard !values.isEmpty, values.allSatisfy((0...60_000).contains) else {
                throw ValidationError("invalid --\(name); expected 0 to 60000 milliseconds")
            }
        }
        guard !sizes.isEmpty, sizes.allSatisfy((1...100_000).contains) else {
            throw ValidationError("invalid --sizes; expected numbers from 1 to 100000")
        }
        for (name, count) in [("creates", creates), ("peer", peer)] {
            guard (0...100_000).contains(count) else {
                throw ValidationError("invalid --\(name) \(count); expected a number from 0 to 100000")
            }
        }
        guard (1...64).contains(concurrency) else {
            throw ValidationError("invalid --concurrency \(concurrency); expected a number from 1 to 64")
        }
        guard (authentikURL == nil) == (config == nil) else {
            throw ValidationError("--authentik-url and --config go together")
        }
        guard authentikURL == nil || latency == [0] else {
            throw ValidationError("--latency is for the sandbox; a real Authentik has its own")
        }
    }

    func run() async throws {
        var report = BenchReport(runs: runs, concurrency: concurrency)
        if let authentikURL, let config {
            guard let token = Child.environment["AUTHENTIK_TOKEN"], !token.isEmpty else {
                throw ValidationError("no token is given; set AUTHENTIK_TOKEN")
            }
            report.rows.append(
                try await measured(Site(url: authentikURL, config: config, concurrency: concurrency), nil)
            )
        } else {
            for size in sizes { report.rows += try await passes(size) }
            if creates > 0 { report.creates = try await creations(of: creates) }
            if peer > 0 { report.peer = try await procedures(of: peer) }
        }
        print(try output == .json ? report.json : report.table)
    }

    /// A sandbox in sync, read with one latency after the other.
    private func passes(_ size: Int) async throws -> [Row] {
        try await serving(size) { sandbox, site in
            note("\(size) services: bringing the sandbox in sync")
            _ = try await Child.measure(.apply, site)
            var rows: [Row] = []
            for latency in latency {
                try await sandbox.slowDown(latency == 0 ? [] : ["latency=\(latency)ms"])
                rows.append(try await measured(site, latency))
            }
            return rows
        }
    }

    /// Creates on sandboxes that were empty.
    private func creations(of count: Int) async throws -> Creates {
        var measurements: [Measurement] = []
        for run in 1...runs {
            note("creating \(count) services: run \(run) of \(runs)")
            measurements.append(
                try await serving(count) { sandbox, site in
                    if writeLatency > 0 {
                        try await sandbox.slowDown(["PUT", "POST"].map { "latency=\(writeLatency)ms,method=\($0)" })
                    }
                    return try await Child.measure(.apply, site)
                }
            )
        }
        return Creates(writeLatencyMilliseconds: writeLatency, concurrency: concurrency, measurements: measurements)
    }

    /// The procedure by hand, and this program, in turn, on sandboxes that were empty.
    private func procedures(of count: Int) async throws -> Peer {
        var peer = Peer(services: count)
        for run in 1...runs {
            note("\(count) services by hand: run \(run) of \(runs)")
            peer.byHand.append(try await serving(count) { _, site in try await HandProcedure.measure(count, site) })
            peer.applied.append(try await serving(count) { _, site in try await Child.measure(.apply, site).wall })
        }
        return peer
    }

    private func serving<Result: Sendable>(
        _ size: Int,
        _ body: @escaping @Sendable (SandboxServer, Site) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let config = folder.appending(path: "services.yaml").path
        try Data(Workload.file(services: size).utf8).write(to: URL(filePath: config))
        return try await SandboxServer.serving { sandbox in
            try await body(sandbox, Site(url: sandbox.url, config: config, concurrency: concurrency, isSandbox: true))
        }
    }

    /// Passes and floors in turn, after one uncounted run of each: server caches are warm then.
    private func measured(_ site: Site, _ latency: Int?) async throws -> Row {
        let first = try await Child.measure(.pass, site)
        var site = site
        site.requests = first.requests
        _ = try await Child.measure(.floor, site)
        var row = Row(services: first.services, requests: first.requests.count, latencyMilliseconds: latency)
        for run in 1...runs {
            note("\(first.services) services\(latency.map { ", \($0) ms" } ?? ""): run \(run) of \(runs)")
            row.passes.append(try await Child.measure(.pass, site))
            row.floors.append(try await Child.measure(.floor, site))
        }
        return row
    }

    private func note(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(Array((text + "\n").utf8))
    }
}
