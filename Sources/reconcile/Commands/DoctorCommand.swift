import Applying
import ArgumentParser
import AuthentikAPI
import Base
import CurlTransport
import DesiredState
import FoundationEssentials
import Kinds
import KubernetesAPI
import Reporting
import Setup

/// `reconcile doctor`: checks the whole setup.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the whole setup, and explain how to fix problems. Read-only.",
        discussion: """
            It checks the address, TLS and release of Authentik; the token, and which permissions its account lacks or \
            does not need; the file; each flow, key, scope and secret that the file refers to; whether each outpost that \
            it names exists and runs; what may expose a secret; and, if the file, --leader-elect or POD_NAME requires \
            it, each permission in Kubernetes.

            Run it with the options and the environment that the program will have, e.g. in its pod:

              kubectl exec deployment/reconcile -- \\
                /usr/local/bin/reconcile doctor

            Exit codes: 0 no problem (warnings allowed); 1 there are problems; 64 usage.
            """
    )

    @OptionGroup var arguments: FileArguments
    @OptionGroup var options: FileOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var leadership: LeadershipOptions
    @OptionGroup var trigger: TriggerTokenOptions
    @Option(name: [.short, .long], help: "Output format: text, or json (a list of findings).")
    var output: StatusCommand.Form = .text
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    private var files: FileOptions { options.with(arguments) }

    func run() async throws {
        let findings = try await doctor().findings()
        switch output {
        case .json: StandardOutput.print(FindingsText.json(findings))
        case .text: StandardOutput.print(FindingsText(style: style.standardOutput).render(findings))
        }
        if findings.contains(where: { $0.verdict == .problem }) { throw ExitStatus.incomplete.thrown }
    }

    private func doctor() throws -> Doctor {
        var doctor = Doctor(
            authentik: try authentik(),
            paths: (try? files.paths()) ?? [],
            cautions: { [connection, path = trigger.path] in connection.cautions($0, triggerToken: path) },
            secrets: connection.secretResolver(),
            environment: Environment.variables,
            lease: leadership.isWanted(isSandbox: false) ? leadership.leaseText : nil,
            invocation: connection.invocation(files: files.config)
        )
        doctor.placeholders = (try? connection.token()).map(connection.placeholders)
        return doctor
    }

    private func authentik() throws -> Result<AuthentikClient, Doctor.UnusableSettings> {
        do {
            let target = try connection.target()
            let transport = try connection.transport()
            var client = AuthentikClient(address: target.address, token: target.token, transport: transport)
            client.deadline = .now + .seconds(connection.timeoutSeconds)
            return .success(client)
        } catch let error as SettingError {
            return .failure(Doctor.UnusableSettings(error.description))
        }
    }
}
