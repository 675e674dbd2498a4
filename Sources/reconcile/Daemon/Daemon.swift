import Applying
import ArgumentParser
import AuthentikAPI
import Base
import BuildIdentity
import Controller
import CurlTransport
import DesiredState
import Files
import FoundationEssentials
import Glibc
import Kinds
import KubernetesAPI
import Logging
import Metrics
import PrometheusMetrics
import Reporting
import SecretSources
import Secrets
import ServiceLifecycle
import Status
import StatusServer
import UnixSignals
import Verification

/// `reconcile` without `--once`: passes in a loop, and a status server, until it is ended by a signal.
struct Daemon {
    /// The Authentik, and how it is accessed.
    private struct Site {
        let address: AuthentikAddress
        let transport: CurlTransport
        let token: TokenSource

        @Sendable func client() -> AuthentikClient {
            AuthentikClient(address: address, token: token.current(), transport: transport)
        }
    }

    let pass: PassOptions
    let options: DaemonOptions
    let leadership: LeadershipOptions
    let trigger: TriggerTokenOptions
    let notifications: NotificationOptions
    /// How many writes are sent to Authentik at the same time.
    let concurrency: Int
    /// The time limits of probes of logins.
    let probes: ProbeLimits

    func run() async throws {
        // Before anything else: an early signal must not end the process in an undefined state.
        let signals = await UnixSignalsSequence(trapping: .sighup, .sigint, .sigterm)
        DescriptorLimit.raise()
        let logger = pass.log.logger(.info, showsTime: true)
        let log = LoopLog(logger, invocation: pass.invocation)
        let server = try options.serverSettings(trigger)
        let target = pass.isSandbox ? nil : try pass.connection.target(offeringSandbox: true)
        let election = try leadership.election(isSandbox: pass.isSandbox)
        let files = try loadFiles()
        let transport = try pass.connection.transport(isSandbox: pass.isSandbox, concurrency: concurrency)
        pass.connection.warn(
            logger,
            about: files.loaded.files.desired,
            triggerToken: trigger.path,
            isSandbox: pass.isSandbox
        )
        if let target {
            // A pipe can be read only once; its token stays in use.
            let token = TokenSource(target.token, log: log) { [connection = pass.connection] in
                try connection.token(.regular)
            }
            let site = Site(address: target.address, transport: transport, token: token)
            try await serve(site, files, server: server, election: election, signals: signals, log: log, to: logger)
        } else {
            try await BuiltInAuthentik.run { address, token in
                let source = TokenSource(token, log: log, read: nil)
                let site = Site(address: address, transport: transport, token: source)
                announce(address, token, files.loaded.files.desired)
                try await serve(site, files, server: server, election: election, signals: signals, log: log, to: logger)
            }
        }
    }

    /// Prints the address of this process's sandbox, so that the user can change something in it and see it corrected.
    ///
    /// Its token is not a real secret: it ends with this process, and the sandbox is only reachable from this machine.
    private func announce(_ address: AuthentikAddress, _ token: Secret, _ desired: DesiredState) {
        let first = desired.services.first { $0.state == .present }?.slug
        let drift = first.map { BuiltInAuthentik.drift(of: $0, at: "\(address)", token: token.exposed) } ?? ""
        StandardOutput.print(
            """
            A sandbox runs at \(address) until the daemon ends. To use it from another terminal:

              export AUTHENTIK_URL=\(address) AUTHENTIK_TOKEN=\(token.exposed)
            \(drift)
            """
        )
    }

    /// Records Kubernetes Events, if this is a pod.
    private func eventRecorder(_ log: LoopLog) -> EventRecorder? {
        let environment = Environment.variables
        // Problems with Kubernetes are reported by whatever else needs it.
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
            StandardError.write(renderer.render(files.loaded.files.warnings))
            return files
        } catch let invalid as InvalidFiles {
            StandardError.write(renderer.render(invalid.diagnostics))
            throw ExitStatus.invalidFile.thrown
        }
    }

    private func serve(
        _ site: Site,
        _ files: DesiredFiles,
        server serverSettings: StatusServerSettings,
        election: LeaseElection?,
        signals: UnixSignalsSequence,
        log: LoopLog,
        to logger: Logger
    ) async throws {
        let registry = PrometheusRegistry(families: MetricCatalog.families)
        MetricsSystem.bootstrap(registry)
        let notifications = try notifications.sender(log)
        let startedAt = Timestamp.now
        let program = ProgramStatus(
            version: Build.version,
            startedAt: startedAt,
            isLeader: election == nil,
            leadership: election.map {
                LeadershipStatus(lease: $0.name.description, identity: $0.identity, since: startedAt)
            }
        )
        let token = site.token.current()
        var resolver = pass.connection.secretResolver(sandboxToken: pass.isSandbox ? token : nil)
        resolver.patience = SecretPatience(limit: .seconds(options.secretGraceSeconds))
        var reconciler = AuthentikReconciler(
            client: site.client,
            secrets: { [resolver] in await resolver.resolve($0) },
            kubernetes: resolver.reader?.kubernetes,
            concurrency: concurrency,
            isSandbox: pass.isSandbox,
            log: log
        )
        reconciler.probes = probes
        // Another run with --sandbox would have another sandbox.
        reconciler.invocation = pass.isSandbox ? pass.invocation.filesOnly : pass.invocation
        if !pass.isSandbox { reconciler.placeholders = pass.connection.placeholders(for: token) }
        var surroundings = LoopSurroundings(address: site.address, reconciler: reconciler)
        if let reader = resolver.reader {
            surroundings.secretReader = {
                _ = try reader.kubernetes.client()
                return reader
            }
        }
        surroundings.tokenFile = pass.isSandbox ? nil : pass.connection.tokenPath
        surroundings.election = election
        surroundings.notifications = notifications
        surroundings.events = pass.isSandbox ? nil : eventRecorder(log)
        let ledger = StatusLedger(
            program: program,
            authentik: site.address,
            paths: files.paths,
            files: files.loaded.files
        )
        var settings = options.loopSettings(passLimit: .seconds(pass.connection.timeoutSeconds))
        // Where Authentik may be slow for probes, it may be for this, too.
        settings.lookLimit = max(settings.lookLimit, probes.slow)
        let loop = ReconcileLoop(
            settings: settings,
            files: files,
            surroundings: surroundings,
            board: StatusBoard(ledger),
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
        // The last service is stopped first: the loop, so that the status still shows its end.
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
            throw pass.style.refusal("\(error); choose another address with --listen", .incomplete)
        }
    }
}

/// The limit on open files and connections of this process.
enum DescriptorLimit {
    /// Raises the soft limit to the hard limit of setrlimit(2).
    ///
    /// The soft limit is often 1024, for programs that use select(2), which this one does not; a client that opens that
    /// many connections would cut it off from Authentik. If this fails, the soft limit stays.
    static func raise() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
