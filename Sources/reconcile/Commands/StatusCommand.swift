import Applying
import ArgumentParser
import Base
import CurlTransport
import FoundationEssentials
import Reporting
import Status

/// `reconcile status`: how it stands, as a running daemon tells it.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how it stands, as a running daemon tells it.",
        discussion: """
            Exit codes: 0 everything is in sync; 1 it is not; 69 the daemon does not answer.

              kubectl port-forward deployment/reconcile 8080 &
              reconcile status
            """
    )

    @OptionGroup var daemon: DaemonAddressOptions

    @Option(name: [.short, .long], help: "text, or json as GET /status answers it.")
    var output: Form = .text

    @Flag(name: [.short, .long], help: "Also show the services that are in sync.")
    var verbose = false

    @OptionGroup var style: StyleOptions

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    /// How long the daemon may take to answer.
    private static let limit: Duration = .seconds(10)
    /// How much it may answer: several thousand services.
    private static let maximumBytes = 16 << 20

    func run() async throws {
        let body = try await fetch()
        guard let status = try? JSONDecoder().decode(StatusDocument.self, from: Data(body)),
            status.kind == StatusDocument.kind
        else {
            throw refusal("what answers at \(daemon.address) is no daemon of this program, or one of another version")
        }
        guard status.version == StatusDocument.currentVersion else {
            throw refusal(
                "the daemon tells a status of version \(status.version), and this program understands version "
                    + "\(StatusDocument.currentVersion)"
            )
        }
        switch output {
        case .json: StandardOutput.write(String(decoding: body, as: UTF8.self))
        case .text:
            let text = StatusText(style: style.standardOutput, isVerbose: verbose, now: .now)
            StandardOutput.print(text.render(status))
        }
        if !status.isInSync { throw ExitStatus.incomplete.thrown }
    }

    private func fetch() async throws -> [UInt8] {
        do {
            var request = HTTPRequest("GET", "\(daemon.address)/status", timeLimit: Self.limit)
            request.maximumResponseBytes = Self.maximumBytes
            let response = try await CurlTransport().send(request)
            guard response.status == 200 else {
                throw refusal("what answers at \(daemon.address) is no daemon of this program: HTTP \(response.status)")
            }
            return response.body
        } catch let error as TransportError {
            throw refusal("the daemon does not answer: \(error); is it running, and is --url its address?")
        }
    }

    private func refusal(_ message: String) -> ArgumentParser.ExitCode { style.refusal(message, .unobservable) }
}

/// Where a running daemon answers.
struct DaemonAddressOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The address of the daemon. (environment: RECONCILE_STATUS_URL)",
            discussion: "Default: http://127.0.0.1:8080.",
            valueName: "url"
        )
    )
    var url: String?

    func validate() throws {
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
            throw ValidationError("the address of the daemon must be of the form http://127.0.0.1:8080")
        }
    }

    /// Without a slash at the end.
    var address: String {
        var address = url ?? Environment["RECONCILE_STATUS_URL"] ?? ""
        if address.isEmpty { address = "http://127.0.0.1:8080" }
        while address.hasSuffix("/") { address.removeLast() }
        return address
    }
}
