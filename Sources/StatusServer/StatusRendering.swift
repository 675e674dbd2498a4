import Reconciling
import Synchronization

/// The status as JSON and as a page, each rendered once for each change of it, when first asked for.
final class StatusRendering: Sendable {
    private struct State {
        var parts = StatusJSON()
        var json: (revision: Int, bytes: [UInt8])?
        var page: (revision: Int, bytes: [UInt8])?
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
    var json: (bytes: [UInt8], tag: String) {
        let (document, revision) = board.current
        let bytes = state.withLock { state in
            if let json = state.json, json.revision == revision { return json.bytes }
            let bytes = state.parts.render(document)
            state.json = (revision, bytes)
            return bytes
        }
        return (bytes, "\"\(instance)-\(revision)\"")
    }

    var page: [UInt8] {
        let (document, revision) = board.current
        return state.withLock { state in
            if let page = state.page, page.revision == revision { return page.bytes }
            let bytes = Array(StatusPage.render(document).utf8)
            state.page = (revision, bytes)
            return bytes
        }
    }
}
