import NIOCore
import Status
import Synchronization

/// The status as JSON and as a page, each rendered once for each change of it, when first asked for.
final class StatusRendering: Sendable {
    private struct State {
        var parts = StatusJSON()
        var json: (revision: Int, body: ByteBuffer)?
        var page: (revision: Int, body: ByteBuffer)?
    }

    private let board: StatusBoard
    private let state = Mutex(State())
    /// Tells the revisions of this process from those of another one.
    private let instance = String(UInt64.random(in: .min ... .max), radix: 36)

    init(board: StatusBoard) {
        self.board = board
    }

    /// Renders the JSON text now, before somebody asks for it.
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

    var page: ByteBuffer {
        let (document, revision) = board.current
        return state.withLock { state in
            if let page = state.page, page.revision == revision { return page.body }
            let body = ByteBuffer(string: StatusPage.render(document))
            state.page = (revision, body)
            return body
        }
    }
}
