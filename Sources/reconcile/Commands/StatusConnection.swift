import ArgumentParser
import Base
import CurlTransport
import FoundationEssentials
import JSON
import Status

/// A daemon's answer with its status.
struct StatusAnswer {
    var status: StatusDocument
    var body: [UInt8]
}

/// Asks a running daemon for its status, again and again if need be: what has not changed is not sent again.
struct StatusConnection {
    /// The time limit of an answer.
    private static let limit: Duration = .seconds(10)
    /// How much it may answer: tens of thousands of services.
    private static let maximumBytes = 64 << 20

    private let address: String
    private let filter: ServiceFilter
    private let transport: CurlTransport
    private var last: (tag: String, answer: StatusAnswer)?

    /// - Parameters:
    ///   - address: without a slash at the end.
    ///   - filter: the services to ask for.
    init(address: String, _ filter: ServiceFilter) throws {
        self.address = address
        self.filter = filter
        transport = try CurlTransport()
    }

    /// - Throws: ``StatusConnectionError``, or `CancellationError`.
    mutating func fetch() async throws -> StatusAnswer {
        let (body, tag) = try await get()
        guard let body else {
            guard let last else { throw foreign(304) }
            return last.answer
        }
        let answer = try answer(body)
        last = tag.map { ($0, answer) }
        return answer
    }

    private func answer(_ body: [UInt8]) throws -> StatusAnswer {
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
        var answer = StatusAnswer(status: status, body: body)
        // An older daemon knows no filters, and answers with all services.
        answer.status.services.removeAll { !filter.contains($0) }
        return answer
    }

    /// - Returns: nil for the body if it is that of the last answer.
    private func get() async throws -> (body: [UInt8]?, tag: String?) {
        let query = filter.query.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
        do {
            let url = "\(address)/status\(query.isEmpty ? "" : "?\(query)")"
            var request = HTTPRequest("GET", url, timeLimit: Self.limit)
            request.maximumResponseBytes = Self.maximumBytes
            if let last { request.headers.append("if-none-match", last.tag) }
            let response = try await transport.send(request)
            switch response.status {
            case 200: return (response.body, response.headers["etag"])
            case 304: return (nil, nil)
            default: throw refusal(response)
            }
        } catch let error as TransportError {
            throw StatusConnectionError(
                "the daemon does not answer: \(error); is it running, and is --url its address?"
            )
        }
    }
}

extension StatusConnection {
    private func refusal(_ response: HTTPResponse) -> StatusConnectionError {
        let message = try? JSONElement(parsing: response.body)["error"]?.string
        if let message, (400..<500).contains(response.status) {
            return StatusConnectionError("the daemon at \(address) refuses the request: \(message)", isFinal: true)
        }
        return foreign(response.status)
    }

    private func foreign(_ status: Int) -> StatusConnectionError {
        StatusConnectionError(
            "what answers at \(address) is not a daemon of this program: HTTP \(status)",
            // A proxy answers so while the daemon restarts.
            isFinal: !(502...504).contains(status)
        )
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
