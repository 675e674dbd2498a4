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

/// `reconcile doctor`: looks at everything that has to be right, and says what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether everything is as this program needs it, and say what to do; change nothing.",
        discussion: """
            It looks at the address, TLS and release of Authentik, the token, each permission of its account and \
            those that it has too many, the file, each flow, key, scope and secret that the file refers to, whether each \
            outpost that it names is there and runs, what may give a secret away, and, where the file, --leader-elect or POD_NAME needs one, at \
            each right in Kubernetes. Run it with the options and the environment that the program is to have, as in \
            its pod:

              kubectl exec deployment/reconcile -- /usr/local/bin/reconcile doctor

            Exit codes: 0 nothing is wrong (warnings allowed); 1 something is; 64 usage.
            """
    )

    @OptionGroup var arguments: FileArguments
    @OptionGroup var options: FileOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var leadership: LeadershipOptions
    @OptionGroup var trigger: TriggerTokenOptions
    @Option(name: [.short, .long], help: "text, or json: a list of what was found.")
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
        doctor.standIns = (try? connection.token()).map(connection.standIns)
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
