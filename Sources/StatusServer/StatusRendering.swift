import NIOCore
import Reporting
import Status
import Synchronization

/// The status as JSON and as a page, each rendered once for each change, when first requested.
final class StatusRendering: Sendable {
    private struct State {
        var parts = StatusJSON()
        var json: (revision: Int, body: ByteBuffer)?
        var pages: [PassButton: (revision: Int, body: ByteBuffer)] = [:]
    }

    private let board: StatusBoard
    private let state = Mutex(State())
    /// Distinguishes the revisions of this process from those of others.
    private let instance = String(UInt64.random(in: .min ... .max), radix: 36)

    init(board: StatusBoard) {
        self.board = board
    }

    /// Renders the JSON text before it is requested.
    func refresh() { _ = json }

    /// The JSON text and its entity tag.
    var json: (body: ByteBuffer, tag: String) {
        let (document, revision) = board.current
        let body = state.withLock { state in
            if let json = state.json, json.revision == revision { return json.body }
            let body = ByteBuffer(bytes: state.parts.render(document))
            state.json = (revision, body)
            return body
        }
        return (body, "\"\(instance)-\(revision)\"")
    }

    func page(_ button: PassButton) -> ByteBuffer {
        let (document, revision) = board.current
        return state.withLock { state in
            if let page = state.pages[button], page.revision == revision { return page.body }
            let body = ByteBuffer(string: StatusPage.render(document, button: button))
            state.pages[button] = (revision, body)
            return body
        }
    }
}

/// A status as JSON text, assembled from parts so that only what changed is encoded again.
///
/// Services make up most of a status, and few of them change from one pass to the next: a thousand unchanged ones cost
/// a comparison each.
struct StatusJSON {
    private struct Part {
        var service: ServiceStatus
        /// Its text in the list, without a comma.
        var bytes: [UInt8]
    }

    /// The position of the list of services in a document without any, found by its indentation.
    private static let emptyList = Array("\n  \"services\": []".utf8)

    private var parts: [String: Part] = [:]

    /// The text of `JSONText` for a document, followed by a line break.
    mutating func render(_ document: StatusDocument) -> [UInt8] {
        var head = document
        head.services = []
        let frame = Array("\(JSONText.of(head))\n".utf8)
        guard !document.services.isEmpty, let list = frame.firstRange(of: Self.emptyList) else { return frame }
        var bytes = Array(frame[..<(list.upperBound - 1)])
        var parts: [String: Part] = [:]
        parts.reserveCapacity(document.services.count)
        for (index, service) in document.services.enumerated() {
            let part = part(service)
            parts[service.slug] = part
            bytes += index == 0 ? "\n".utf8 : ",\n".utf8
            bytes += part.bytes
        }
        self.parts = parts
        bytes += "\n  ".utf8
        bytes += frame[(list.upperBound - 1)...]
        return bytes
    }

    private func part(_ service: ServiceStatus) -> Part {
        if let part = parts[service.slug], part.service == service { return part }
        let lines = JSONText.of(service).split(separator: "\n").map { "    \($0)" }
        return Part(service: service, bytes: Array(lines.joined(separator: "\n").utf8))
    }
}
