import CurlTransport
import Secrets

/// The events of one watch, as they come; throws ``KubernetesError`` and `CancellationError`.
struct SecretEvents: AsyncSequence {
    /// The body of the response.
    let lines: ResponseBody
    let request: KubernetesRequest
    let server: String
    /// What was sent in secret.
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
