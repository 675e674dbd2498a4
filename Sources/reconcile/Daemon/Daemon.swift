import ArgumentParser
import AuthentikAPI
import CurlTransport
import DesiredState
import Files
import FoundationEssentials
import KubernetesAPI
import Logging
import Metrics
import PrometheusMetrics
import Reconciling
import SecretSources
import Secrets
import ServiceLifecycle
import StatusServer
import UnixSignals

/// `reconcile` without `--once`: passes in a loop, and a status server, until a signal ends it.
struct Daemon {
    let pass: PassOptions
    let options: DaemonOptions

    func run() async throws {
        // Before anything else: a signal that comes early must not end the process half way.
        let signals = await UnixSignalsSequence(trapping: .sighup, .sigint, .sigterm)
        DescriptorLimit.raise()
        let logger = pass.log.logger(.info, showsTime: true)
        let log = LoopLog(logger)
        let server = try options.serverSettings()
        let target = pass.connection.sandbox ? nil : try pass.connection.target()
        let election = try options.leadership.election(isSandbox: pass.connection.sandbox)
        let files = try loadFiles()
        let transport = try pass.connection.transport()
        pass.connection.warn(logger, about: files.loaded.desired, triggerToken: options.trigger.path)
        if let target {
            // A pipe gave all that it has; the token that came of it stays in use.
            let token = TokenSource(target.token, log: log) { [connection = pass.connection] in
                try connection.token(.regular)
            }
            try await serve(files, log, logger, server, signals, target.address, transport, token, election)
        } else {
            try await BuiltInAuthentik.run { address, token in
                let source = TokenSource(token, log: log, read: nil)
                try await serve(files, log, logger, server, signals, address, transport, source, election)
            }
        }
    }

    /// Where to tell of what happens, if this is a pod.
    private func eventRecorder(_ log: LoopLog) -> EventRecorder? {
        let environment = ProcessInfo.processInfo.environment
        // Who needs Kubernetes for more is told what is wrong with it.
        guard let configuration = try? KubernetesConfiguration.find(environment: environment),
            let subject = EventSubject(environment: environment, namespace: configuration.namespace),
            let client = try? KubernetesClient(configuration: configuration)
        else { return nil }
        return EventRecorder(client: client, subject: subject, onFailure: log.cannotTell)
    }

    private func loadFiles() throws -> DesiredFiles {
        let renderer = DiagnosticRenderer(isColored: pass.style.standardError.isColored)
        do {
            let files = try DesiredFiles(paths: try pass.files.paths(), at: .now)
            StandardError.write(renderer.render(files.loaded.warnings))
            return files
        } catch let invalid as InvalidFiles {
            StandardError.write(renderer.render(invalid.diagnostics))
            throw ExitStatus.invalidFile.thrown
        }
    }

    private func serve(
        _ files: DesiredFiles,
        _ log: LoopLog,
        _ logger: Logger,
        _ serverSettings: StatusServerSettings,
        _ signals: UnixSignalsSequence,
        _ address: AuthentikAddress,
        _ transport: CurlTransport,
        _ token: TokenSource,
        _ election: LeaseElection?
    ) async throws {
        let registry = PrometheusRegistry(families: MetricCatalog.families)
        MetricsSystem.bootstrap(registry)
        let startedAt = Timestamp.now
        let program = ProgramStatus(
            version: Version.current,
            startedAt: startedAt,
            isLeader: election == nil,
            leadership: election.map {
                LeadershipStatus(lease: $0.name.description, identity: $0.identity, since: startedAt)
            }
        )
        var resolution = pass.connection.secretResolution()
        resolution.patience = SecretPatience(limit: .seconds(options.secretGraceSeconds))
        let loop = ReconcileLoop(
            settings: options.loopSettings(passLimit: .seconds(pass.connection.timeoutSeconds)),
            files: files,
            surroundings: LoopSurroundings(
                address: address,
                client: { AuthentikClient(address: address, token: token.current(), transport: transport) },
                secrets: { [resolution] in await resolution.resolve($0) },
                kubernetes: resolution.kubernetes,
                tokenFile: pass.connection.sandbox ? nil : pass.connection.tokenPath,
                election: election,
                events: pass.connection.sandbox ? nil : eventRecorder(log)
            ),
            board: StatusBoard(StatusLedger(program: program, authentik: address, files: files)),
            log: log
        )
        let server = StatusServer(settings: serverSettings, loop: loop, registry: registry)
        let listening = Listening()
        let serving = ServerService(
            server: server,
            address: serverSettings.address,
            logger: logger,
            listening: listening
        )
        // The last is stopped first: the loop, whose end the status still tells.
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: serving), .init(service: LoopService(loop: loop, listening: listening))],
            logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.maximumGracefulShutdownDuration = .milliseconds(4500)
        let group = ServiceGroup(configuration: configuration)
        let handling = Task { await SignalHandler(loop: loop, group: group, logger: logger).handle(signals) }
        defer { handling.cancel() }
        do {
            try await group.run()
            logger.notice("ended")
        } catch let error as StatusServerError {
            throw pass.refusal(error.description, .incomplete)
        }
    }
}
