import Applying
import ArgumentParser
import AuthentikAPI
import Base
import CurlTransport
import DesiredState
import FoundationEssentials
import SecretSources
import Secrets
import Synchronization

/// `reconcile-bench measure`: one measurement in a separate process; prints it as JSON.
struct MeasureCommand: AsyncParsableCommand {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        /// A pass that writes nothing.
        case pass
        /// The requests of such a pass by plain libcurl.
        case floor
        /// A pass that brings a sandbox in sync.
        case apply
    }

    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measure this process once.",
        shouldDisplay: false
    )

    @Argument var kind: Kind
    @Option var url: String
    @Option var config: String
    @Option(help: "Of the floor: a file with the addresses to read, one a line.")
    var requests: String?
    @Option var concurrency = AuthentikClient.standardConcurrency

    /// As the program configures it.
    private var transport: TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.maximumConnectionsPerHost = max(configuration.maximumConnectionsPerHost, 2 * concurrency)
        return configuration
    }

    func run() async throws {
        Memory.useOneArena()
        guard let address = AuthentikAddress(url) else {
            throw ValidationError("invalid --url '\(url)'; expected the address of an Authentik")
        }
        let token = Secret(Child.environment["AUTHENTIK_TOKEN"] ?? "")
        let measurement =
            switch kind {
            case .floor: try floor(token)
            case .pass, .apply: try await pass(address, token)
            }
        print(String(decoding: try JSONEncoder().encode(measurement), as: UTF8.self))
    }

    private func pass(_ address: AuthentikAddress, _ token: Secret) async throws -> Measurement {
        let reading = Meter()
        let loaded = DesiredStateLoader.load(paths: [config])
        let loading = reading.spent
        guard let desired = loaded.state else {
            throw BenchFailure("'\(config)' is not valid: \(loaded.diagnostics.first?.message ?? "")")
        }
        let sent = Mutex<[String]>([])
        var client = AuthentikClient(
            address: address,
            token: token,
            transport: try CurlTransport(configuration: transport)
        )
        client.limit(toWritesAtOnce: concurrency)
        client.onRequest = { request in
            if request.method == "GET" { sent.withLock { $0.append(request.url) } }
        }
        let resolver = SecretResolver(environment: Child.environment)
        var pass = Pass(client: client, desired: desired) { await resolver.resolve(desired) }
        pass.concurrency = concurrency
        let meter = Meter()
        if kind == .apply {
            guard try await pass.run().isConverged else {
                throw BenchFailure("the sandbox was not brought in sync; run 'reconcile --once' to see why")
            }
        } else {
            _ = try await pass.plan()
        }
        return Measurement(
            wall: meter.wall,
            cpu: meter.spent,
            loading: loading,
            memory: Meter.peakMemory,
            requests: kind == .pass ? sent.withLock { $0 } : [],
            services: desired.services.count,
            writes: client.requestCounts.writes
        )
    }

    private func floor(_ token: Secret) throws -> Measurement {
        guard let requests else { throw ValidationError("the floor needs --requests") }
        let text = String(decoding: try Data(contentsOf: URL(filePath: requests)), as: UTF8.self)
        let addresses = text.split(separator: "\n").map(String.init)
        let meter = Meter()
        try Floor(token: token, connections: transport.maximumConnectionsPerHost).read(addresses)
        return Measurement(
            wall: meter.wall,
            cpu: meter.spent,
            loading: 0,
            memory: Meter.peakMemory,
            requests: [],
            services: 0
        )
    }
}
