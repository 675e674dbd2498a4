package import AuthentikAPI
package import Base
package import DesiredState
import Kinds
import KubernetesAPI
package import SecretSources

/// Checks everything that passes depend on, and explains how to fix problems; changes nothing.
///
/// In this order: the settings, Authentik, the token and its permissions; the file; what may expose a secret; the
/// names, outposts and secrets that the file refers to; and Kubernetes, if it is needed. What cannot be checked because
/// of an earlier problem is left out or skipped.
package struct Doctor {
    /// Why Authentik cannot be accessed: something is missing or wrong in the settings.
    package struct UnusableSettings: Error {
        package var message: String

        package init(_ message: String) {
            self.message = message
        }
    }

    private let authentik: Result<AuthentikClient, UnusableSettings>
    private let paths: [String]
    private let cautions: (DesiredState?) -> [Caution]
    private let secrets: SecretResolver
    private let environment: [String: String]
    private let lease: String?
    private let invocation: Invocation
    /// Generates missing secrets, as passes do for a sandbox.
    package var placeholders: PlaceholderSecrets?

    /// - Parameters:
    ///   - paths: the paths of the files; empty if none are given.
    ///   - cautions: what may expose a secret, given the content of the files if they can be read.
    ///   - environment: used to find Kubernetes and the pod.
    ///   - lease: NAME or NAMESPACE/NAME of the Lease for leader election; nil without election.
    ///   - invocation: how the program was called, for the commands in advice.
    package init(
        authentik: Result<AuthentikClient, UnusableSettings>,
        paths: [String],
        cautions: @escaping (DesiredState?) -> [Caution],
        secrets: SecretResolver,
        environment: [String: String],
        lease: String?,
        invocation: Invocation = Invocation()
    ) {
        self.authentik = authentik
        self.paths = paths
        self.cautions = cautions
        self.secrets = secrets
        self.environment = environment
        self.lease = lease
        self.invocation = invocation
    }

    /// - Throws: `CancellationError`, or the error about the certificates for Kubernetes.
    package func findings() async throws -> [Finding] {
        let (desired, ofFile) = checkFile()
        let (client, ofAuthentik) = try await checkAuthentik(desired)
        var findings = ofAuthentik + ofFile
        findings += cautions(desired).map { Finding("caution", .warning, $0.message, advice: $0.advice) }
        if let desired {
            if let client {
                findings += try await NameCheckup(client: client, desired: desired).findings()
                findings += try await OutpostCheckup(client: client, desired: desired).findings()
            }
            let resolved = await resolve(desired, client)
            findings += SecretCheckup(desired: desired, resolved: resolved).findings()
            if let client {
                findings += try await HiddenSecretCheckup(client: client, desired: desired, resolved: resolved)
                    .findings()
            }
        }
        return findings + (try await checkKubernetes(desired))
    }

    /// For a sandbox, missing secrets are generated.
    private func resolve(_ desired: DesiredState, _ client: AuthentikClient?) async -> ResolvedSecrets {
        var resolved = await secrets.resolve(desired)
        if let placeholders, client?.isSandbox == true { resolved.fill(placeholders) }
        return resolved
    }

    /// - Returns: also the client, if Authentik answers.
    private func checkAuthentik(_ desired: DesiredState?) async throws -> (AuthentikClient?, [Finding]) {
        var client: AuthentikClient
        switch authentik {
        case .success(let authentik): client = authentik
        case .failure(let settings): return (nil, [Finding("settings", .problem, settings.message)])
        }
        // The user is waiting: no retries.
        client.retryPolicy.maximumAttempts = 1
        let findings = try await AuthentikCheckup(
            client: client,
            features: desired?.features,
            owner: desired?.owner,
            invocation: invocation
        ).findings()
        let answers = !findings.contains { ["Authentik", "token"].contains($0.subject) && $0.verdict == .problem }
        return (answers ? client : nil, findings)
    }

    private func checkFile() -> (DesiredState?, [Finding]) {
        guard !paths.isEmpty else {
            let advice = "use --config, or set RECONCILE_CONFIG"
            return (nil, [Finding("file", .skipped, "no file is given", advice: advice)])
        }
        let result = DesiredStateLoader.load(paths: paths)
        var findings = result.diagnostics.map { diagnostic in
            var place = diagnostic.file
            if let line = diagnostic.line { place += ":\(line):\(diagnostic.column ?? 1)" }
            // The diagnostic that counts the omitted ones has no place.
            let message = place.isEmpty ? diagnostic.message : "\(place): \(diagnostic.message)"
            let verdict: Finding.Verdict = diagnostic.severity == .error ? .problem : .warning
            return Finding("file", verdict, message, advice: diagnostic.hint)
        }
        if let state = result.state {
            let services = state.services.count == 1 ? "1 service" : "\(state.services.count) services"
            findings.insert(Finding("file", .ok, "\(services), owner '\(state.owner)'"), at: 0)
        }
        return (result.state, findings)
    }

    private func checkKubernetes(_ desired: DesiredState?) async throws -> [Finding] {
        let configuration: KubernetesConfiguration?
        do {
            configuration = try KubernetesConfiguration.find(environment: environment)
        } catch {
            return [Finding("Kubernetes", .problem, error.description)]
        }
        var needed = desired.map(NeededAccess.needed) ?? []
        let namespace = configuration?.namespace ?? "default"
        if let lease, let name = ObjectName(text: lease, in: namespace) { needed += NeededAccess.election(by: name) }
        if let subject = EventSubject(environment: environment, namespace: namespace) {
            needed += NeededAccess.events(in: subject.pod.namespace)
        }
        guard !needed.isEmpty else { return [] }
        guard let configuration else {
            let advice = "run this where the program runs, or set KUBECONFIG"
            return [Finding("Kubernetes", .problem, KubernetesConfigurationError.notFound.description, advice: advice)]
        }
        return try await KubernetesCheckup(
            client: KubernetesClient(configuration: configuration),
            needed: needed,
            roles: "\(invocation.filesOnly.command("rbac")) | kubectl apply -f -"
        ).findings()
    }
}

/// The result of one check.
package struct Finding: Sendable, Equatable, Codable {
    package enum Verdict: String, Sendable, Codable {
        case ok
        /// It works, but should be improved.
        case warning
        /// It does not work.
        case problem
        /// It could not be checked, because of an earlier problem.
        case skipped
    }

    /// What was checked: `token`, `permission`.
    package var subject: String
    package var verdict: Verdict
    /// What was found, as a clause.
    package var message: String
    /// What to do, as a clause; absent if there is nothing to do.
    package var advice: String?

    package init(_ subject: String, _ verdict: Verdict, _ message: String, advice: String? = nil) {
        self.subject = subject
        self.verdict = verdict
        self.message = message
        self.advice = advice
    }
}
