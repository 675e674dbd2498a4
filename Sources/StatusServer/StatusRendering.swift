import NIOCore
import Reporting
import Status
import Synchronization

/// The status as JSON, rendered on request and kept while requests continue.
///
/// For ten thousand services it is ten megabytes, most of which stays the same from one revision to the next. While
/// requests continue, it is renewed after each change, so that no client waits for it; after ``patience`` without a
/// request, the next change drops it.
final class StatusRendering: Sendable {
    /// How long after a request the text is renewed.
    private static let patience: Duration = .seconds(60)
    /// Up to this number of services is encoded separately for a request.
    private static let few = 100

    private struct State {
        var list = ServiceListJSON()
        var head: (revision: Int, json: StatusFrame)?
        var lastAsked: ContinuousClock.Instant?
    }

    private let board: StatusBoard
    private let state = Mutex(State())
    /// Distinguishes the revisions of this process from those of others.
    private let instance = String(UInt64.random(in: .min ... .max), radix: 36)

    init(board: StatusBoard) {
        self.board = board
    }

    /// The current status, and its revision as an entity tag (RFC 9110, section 8.8.3).
    ///
    /// The tag is strong: the answer at a URL depends only on the revision and the variant.
    ///
    /// - Parameter variant: what distinguishes answers to the same address; nil if nothing does.
    func current(_ variant: String? = nil) -> (document: StatusDocument, revision: Int, tag: String) {
        let (document, revision) = board.current
        return (document, revision, "\"\(instance)-\(revision)\(variant.map { "-\($0)" } ?? "")\"")
    }

    /// The JSON text of a status, in parts.
    ///
    /// - Parameter filter: selects the services; the rest of the document is not filtered.
    func json(_ document: StatusDocument, revision: Int, _ filter: ServiceFilter = ServiceFilter()) -> [ByteBuffer] {
        let wanted = filter.isEmpty ? nil : filter.indices(in: document.services)
        return state.withLock { state in
            let frame = Self.frame(document, revision, &state)
            if let wanted, wanted.count <= Self.few {
                return frame.around(ServiceListJSON.items(wanted.map { document.services[$0] }))
            }
            state.lastAsked = .now
            state.list.renew(document.services)
            return frame.around(wanted.map { state.list.items($0) } ?? state.list.all)
        }
    }

    /// Called after a change: renews the text if it was requested recently, otherwise drops it.
    func refresh() {
        let (document, revision) = board.current
        state.withLock { state in
            guard let lastAsked = state.lastAsked else { return }
            guard .now - lastAsked < Self.patience else {
                state = State()
                return
            }
            _ = Self.frame(document, revision, &state)
            state.list.renew(document.services)
        }
    }

    private static func frame(_ document: StatusDocument, _ revision: Int, _ state: inout State) -> StatusFrame {
        if let head = state.head, head.revision == revision { return head.json }
        let frame = StatusFrame(document)
        state.head = (revision, frame)
        return frame
    }
}

/// A status as JSON text without its services: what comes before their list, and after it.
struct StatusFrame {
    /// The empty list of services in a document, recognized by its indentation.
    private static let emptyList = Array("\n  \"services\": []".utf8)

    private let before: ByteBuffer
    private let after: ByteBuffer

    init(_ document: StatusDocument) {
        var document = document
        document.services = []
        let text = Array("\(JSONText.of(document))\n".utf8)
        guard let list = text.firstRange(of: Self.emptyList) else {
            preconditionFailure("a status without its list of services")
        }
        // The bracket that ends the list comes after the services.
        let end = list.upperBound - 1
        before = ByteBuffer(bytes: text[..<end])
        after = ByteBuffer(bytes: text[end...])
    }

    /// The text of `JSONText` for a document, with a line break at its end.
    ///
    /// - Parameter services: as ``ServiceListJSON`` has them.
    func around(_ services: ByteBuffer) -> [ByteBuffer] {
        guard services.readableBytes > 0 else { return [before, after] }
        return [before, services, ByteBuffer(string: "\n  "), after]
    }
}

/// The services of a status as JSON text; only those that changed are encoded again.
///
/// Few services change from one pass to the next: an unchanged one costs a comparison, and no copy.
struct ServiceListJSON {
    private var services: [ServiceStatus] = []
    /// The items of the list, each after a comma and a line break.
    private var bytes = ByteBuffer()
    /// The beginning of each item, and the end of the last one.
    private var bounds = [0]

    /// All items, with line breaks and commas between them.
    var all: ByteBuffer { bytes.withoutFirstByte }

    /// Some items, by their positions.
    func items(_ indices: [Int]) -> ByteBuffer {
        var items = ByteBuffer()
        for index in indices { copy(index, to: &items) }
        return items.withoutFirstByte
    }

    /// The items of services that are encoded for one request.
    static func items(_ services: [ServiceStatus]) -> ByteBuffer {
        ByteBuffer(bytes: services.flatMap(item)).withoutFirstByte
    }

    /// Replaces the list by these services, which are ordered by slug.
    mutating func renew(_ services: [ServiceStatus]) {
        // Between passes the list stays the same, whatever else changes.
        guard !services.isStored(as: self.services) else { return }
        let kept = positions(of: services)
        defer { self.services = services }
        if kept.count == self.services.count, kept.indices.allSatisfy({ kept[$0] == $0 }) { return }
        var renewed = ByteBuffer()
        renewed.reserveCapacity(bytes.readableBytes)
        var bounds = [0]
        bounds.reserveCapacity(services.count + 1)
        for (index, position) in kept.enumerated() {
            if let position { copy(position, to: &renewed) } else { renewed.writeBytes(Self.item(services[index])) }
            bounds.append(renewed.writerIndex)
        }
        (bytes, self.bounds) = (renewed, bounds)
    }

    /// The position of each service among the known ones; nil for a new or changed one.
    private func positions(of services: [ServiceStatus]) -> [Int?] {
        var position = 0
        return services.map { service in
            while position < self.services.count, self.services[position].slug < service.slug { position += 1 }
            return position < self.services.count && self.services[position] == service ? position : nil
        }
    }

    private func copy(_ position: Int, to buffer: inout ByteBuffer) {
        let start = bounds[position]
        guard let item = bytes.getSlice(at: start, length: bounds[position + 1] - start) else { return }
        buffer.writeImmutableBuffer(item)
    }

    private static func item(_ service: ServiceStatus) -> [UInt8] {
        Array(",\n    ".utf8) + JSONText.bytes(of: service, level: 2)
    }
}

extension [ServiceStatus] {
    /// Whether both lists share their storage, so that they are equal; others may be equal, too.
    fileprivate func isStored(as other: [ServiceStatus]) -> Bool {
        withUnsafeBufferPointer { items in
            other.withUnsafeBufferPointer { items.baseAddress == $0.baseAddress && items.count == $0.count }
        }
    }
}

extension ByteBuffer {
    fileprivate var withoutFirstByte: ByteBuffer {
        var rest = self
        rest.moveReaderIndex(forwardBy: min(1, readableBytes))
        return rest
    }
}
