import ArgumentParser
import AuthentikAPI
import CurlTransport
import Deploying
import DesiredState
import FoundationEssentials
import KubernetesAPI
import Reconciling
import SecretSources

/// `reconcile doctor`: looks at everything that has to be right, and says what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether everything is as this program needs it, and say what to do; change nothing.",
        discussion: """
            It looks at the address, TLS and release of Authentik, the token, each permission of its account and \
            those that it has too many, the file, each flow, key, scope and secret that the file refers to, what may \
            give a secret away, and, where the file, --leader-elect or POD_NAME needs one, at \
            each right in Kubernetes. Run it with the options and the environment that the program is to have, as in \
            its pod:

              kubectl exec deployment/reconcile -- /usr/local/bin/reconcile doctor

            Exit codes: 0 nothing is wrong (warnings allowed); 1 something is; 64 usage.
            """
    )

    @OptionGroup var files: FileOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var leadership: LeadershipOptions
    @OptionGroup var trigger: TriggerTokenOptions
    @Option(name: [.short, .long], help: "text, or json: a list of what was found.")
    var output: StatusCommand.Form = .text
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard !connection.sandbox else {
            throw ValidationError("a sandbox made for this run has nothing wrong; serve one: reconcile sandbox")
        }
    }

    func run() async throws {
        let (client, ofAuthentik) = try await authentik()
        let (desired, ofFile) = file()
        var findings = ofAuthentik + ofFile
        findings += connection.cautions(desired, triggerToken: trigger.path).map {
            Finding("caution", .warning, $0.message, advice: $0.advice)
        }
        if let desired {
            if let client { findings += try await NameCheckup(client: client, desired: desired).findings() }
            let resolved = await connection.secretResolver().resolve(desired)
            findings += SecretCheckup(desired: desired, resolved: resolved).findings()
        }
        findings += try await kubernetes(desired)
        switch output {
        case .json: StandardOutput.print(FindingsText.json(findings))
        case .text: StandardOutput.print(FindingsText(style: style.standardOutput).render(findings))
        }
        if findings.contains(where: { $0.verdict == .problem }) { throw ExitStatus.incomplete.thrown }
    }

    // MARK: - Checkups

    /// - Returns: also the client, if Authentik answers it.
    private func authentik() async throws -> (AuthentikClient?, [Finding]) {
        var client: AuthentikClient
        let transport: CurlTransport
        do {
            let target = try connection.target()
            transport = try connection.transport()
            client = AuthentikClient(address: target.address, token: target.token, transport: transport)
        } catch let error as ValidationError {
            return (nil, [Finding("settings", .problem, error.message)])
        } catch let error as TokenFileError {
            return (nil, [Finding("settings", .problem, error.description)])
        }
        client.deadline = .now + .seconds(connection.timeoutSeconds)
        // Who waits for a person's eye does not wait for Authentik long.
        client.retryPolicy.maximumAttempts = 1
        let findings = try await AuthentikCheckup(client: client, transport: transport).findings()
        let answers = !findings.contains { ["Authentik", "token"].contains($0.subject) && $0.verdict == .problem }
        return (answers ? client : nil, findings)
    }

    private func file() -> (DesiredState?, [Finding]) {
        let paths: [String]
        do {
            paths = try files.paths()
        } catch {
            let advice = "name it with --config or RECONCILE_CONFIG"
            return (nil, [Finding("file", .skipped, "no file is given", advice: advice)])
        }
        let result = DesiredStateLoader.load(paths: paths)
        var findings = result.diagnostics.map { diagnostic in
            var place = diagnostic.file
            if let line = diagnostic.line { place += ":\(line):\(diagnostic.column ?? 1)" }
            // What counts those that are not shown is about no place.
            let message = place.isEmpty ? diagnostic.message : "\(place): \(diagnostic.message)"
            let verdict: Finding.Verdict = diagnostic.severity == .error ? .problem : .warning
            return Finding("file", verdict, message, advice: diagnostic.hint)
        }
        if let state = result.state {
            let message = "\(count(state.services.count, "service")) of the owner '\(state.owner)'"
            findings.insert(Finding("file", .ok, message), at: 0)
        }
        return (result.state, findings)
    }

    private func kubernetes(_ desired: DesiredState?) async throws -> [Finding] {
        let environment = ProcessInfo.processInfo.environment
        let configuration: KubernetesConfiguration?
        do {
            configuration = try KubernetesConfiguration.find(environment: environment)
        } catch {
            return [Finding("Kubernetes", .problem, error.description)]
        }
        var needed = desired.map(NeededAccess.needed) ?? []
        let namespace = configuration?.namespace ?? "default"
        if leadership.isWanted(isSandbox: false) {
            needed += NeededAccess.election(by: try leadership.leaseName(namespace: namespace))
        }
        if let subject = EventSubject(environment: environment, namespace: namespace) {
            needed += NeededAccess.events(in: subject.pod.namespace)
        }
        guard !needed.isEmpty else { return [] }
        guard let configuration else {
            let advice = "run this where the program runs, or set KUBECONFIG"
            return [Finding("Kubernetes", .problem, KubernetesConfigurationError.notFound.description, advice: advice)]
        }
        return try await KubernetesCheckup(client: KubernetesClient(configuration: configuration), needed: needed)
            .findings()
    }
}
