import ArgumentParser
import Base
import CurlTransport
import FoundationEssentials
import Status

/// A daemon's answer with its status.
struct StatusAnswer {
    var status: StatusDocument
    var body: [UInt8]
}

/// Requests the status of a running daemon.
struct StatusConnection {
    /// The time limit of an answer.
    private static let limit: Duration = .seconds(10)
    /// The maximum size of an answer: several thousand services.
    private static let maximumBytes = 16 << 20

    private let address: String
    private let transport: CurlTransport

    /// - Parameter address: without a trailing slash.
    init(address: String) throws {
        self.address = address
        transport = try CurlTransport()
    }

    /// - Throws: ``StatusConnectionError``, or `CancellationError`.
    func fetch() async throws -> StatusAnswer {
        let body = try await get()
        guard let status = try? JSONDecoder().decode(StatusDocument.self, from: Data(body)),
            status.kind == StatusDocument.kind
        else {
            throw StatusConnectionError(
                "what answers at \(address) is not a daemon of this program, or one of another version",
                isFinal: true
            )
        }
        guard status.version == StatusDocument.currentVersion else {
            throw StatusConnectionError(
                "the daemon reports status version \(status.version); this program understands version "
                    + "\(StatusDocument.currentVersion)",
                isFinal: true
            )
        }
        return StatusAnswer(status: status, body: body)
    }

    private func get() async throws -> [UInt8] {
        do {
            var request = HTTPRequest("GET", "\(address)/status", timeLimit: Self.limit)
            request.maximumResponseBytes = Self.maximumBytes
            let response = try await transport.send(request)
            guard response.status == 200 else {
                throw StatusConnectionError(
                    "what answers at \(address) is not a daemon of this program: HTTP \(response.status)",
                    // The answer of a proxy while the daemon restarts.
                    isFinal: !(502...504).contains(response.status)
                )
            }
            return response.body
        } catch let error as TransportError {
            throw StatusConnectionError(
                "the daemon does not answer: \(error); is it running, and is --url its address?"
            )
        }
    }
}

/// Why there is no status.
struct StatusConnectionError: Error, CustomStringConvertible {
    let description: String
    /// Whether trying again would not help.
    let isFinal: Bool

    init(_ description: String, isFinal: Bool = false) {
        self.description = description
        self.isFinal = isFinal
    }
}

/// Recognises the end of a pass that began after the first status.
struct PassWait {
    /// The start time of the daemon, and the last pass that had begun, in the first status.
    private var first: (startedAt: String, number: Int)?

    mutating func isOver(_ status: StatusDocument) -> Bool {
        let passes = status.passes
        let ended = passes.lastAttempt?.number ?? 0
        let startedAt = status.program.startedAt.description
        guard let first else {
            self.first = (startedAt, passes.running?.number ?? ended)
            return false
        }
        // A daemon that was restarted meanwhile counts from 1 again.
        return ended > (first.startedAt == startedAt ? first.number : 0)
    }
}

/// The address of a running daemon.
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
            throw ValidationError("invalid daemon address '\(address)'; expected http://HOST:PORT")
        }
    }

    /// Without a trailing slash.
    var address: String {
        var address = url ?? Environment["RECONCILE_STATUS_URL"] ?? ""
        if address.isEmpty { address = "http://127.0.0.1:8080" }
        while address.hasSuffix("/") { address.removeLast() }
        return address
    }
}
