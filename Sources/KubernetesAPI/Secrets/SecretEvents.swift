import CurlTransport
import JSON
import Secrets

/// The events of one watch, as they come; throws ``KubernetesError`` and `CancellationError`.
struct SecretEvents: AsyncSequence {
    /// The body of the response.
    let lines: ResponseBody
    let request: KubernetesRequest
    let server: String
    /// The token that was sent, to be masked.
    let token: Secret?

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var body: ResponseBody.Iterator
        fileprivate let request: KubernetesRequest
        fileprivate let server: String
        fileprivate let token: Secret?
        private var splitter = LineSplitter()

        fileprivate init(_ events: SecretEvents) {
            body = events.lines.makeAsyncIterator()
            request = events.request
            server = events.server
            token = events.token
        }

        mutating func next() async throws -> SecretEvent? {
            do {
                while true {
                    if let line = splitter.next() {
                        if !line.isEmpty { return try event(line) }
                    } else if let chunk = try await body.next() {
                        try splitter.append(chunk)
                    } else if splitter.isEmpty {
                        return nil
                    } else {
                        throw Malformed("it ends in the middle of an event")
                    }
                }
            } catch let error as TransportError {
                throw KubernetesError(error, to: request, at: server)
            } catch let error as Malformed {
                throw KubernetesError(error, to: request, at: server)
            }
        }

        private func event(_ line: ArraySlice<UInt8>) throws -> SecretEvent {
            let event = try SecretEvent(line: line)
            if case .failed(let code, let status) = event {
                throw KubernetesError(status: code, status, to: request, at: server, hiding: token)
            }
            return event
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(self) }
}

/// One line of a watch (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
enum SecretEvent: Sendable {
    /// `ADDED` or `MODIFIED`.
    case present(KubernetesSecret)
    case deleted(resourceVersion: String)
    /// A bookmark: nothing has changed up to this version.
    case bookmark(resourceVersion: String)
    /// `ERROR`, with its `Status`.
    case failed(code: Int, status: JSONValue)
    /// Of a type that this program does not know.
    case unknown

    init(line: some Collection<UInt8>) throws(Malformed) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: line)
        } catch {
            throw Malformed("an event is not JSON")
        }
        guard let type = json["type"]?.string, let object = json["object"] else {
            throw Malformed("an event has no type or no object")
        }
        switch type {
        case "ADDED", "MODIFIED": self = .present(try KubernetesSecret(object))
        case "DELETED": self = .deleted(resourceVersion: try Self.resourceVersion(of: object))
        case "BOOKMARK": self = .bookmark(resourceVersion: try Self.resourceVersion(of: object))
        case "ERROR": self = .failed(code: object["code"]?.integer ?? 500, status: object)
        default: self = .unknown
        }
    }

    private static func resourceVersion(of object: JSONValue) throws(Malformed) -> String {
        guard let resourceVersion = object["metadata"]?["resourceVersion"]?.string else {
            throw Malformed("an event has no metadata.resourceVersion")
        }
        return resourceVersion
    }
}

/// Splits a stream of chunks into lines.
struct LineSplitter {
    /// The longest line.
    static let limit = KubernetesClient.maximumObjectBytes

    private var bytes: [UInt8] = []
    /// The start of the first line that was not returned yet.
    private var start = 0
    /// The part that is known to contain no line break.
    private var searched = 0

    /// Whether nothing is left, not even the beginning of a line.
    var isEmpty: Bool { start == bytes.count }

    mutating func append(_ piece: [UInt8]) throws(Malformed) {
        bytes.removeFirst(start)
        searched -= start
        start = 0
        guard bytes.count + piece.count <= Self.limit else {
            throw Malformed("an event is longer than \(Self.limit) bytes")
        }
        bytes += piece
    }

    /// The next complete line, without its line break.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            return nil
        }
        defer { (start, searched) = (end + 1, end + 1) }
        return bytes[start..<end]
    }
}
