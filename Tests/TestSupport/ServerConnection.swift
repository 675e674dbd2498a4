import Glibc

/// One connection of a ``CannedServer``.
struct ServerConnection {
    enum Ending {
        case inOrder, reset, byPeer
    }

    let socket: Int32
    let number: Int
    private(set) var unsent: [UInt8] = []
    /// Set when the connection is to be closed.
    private(set) var ending: Ending?

    private var unread: [UInt8] = []
    private var held: [UInt8] = []
    private var steps: ArraySlice<[UInt8]> = []
    private var place = 0
    /// The request whose body is being read, with its reply and the length of the body.
    private var current: (request: RecordedRequest, reply: CannedReply, length: Int)?

    init(socket: Int32, number: Int) {
        self.socket = socket
        self.number = number
    }

    mutating func release() {
        unsent += held
        held = []
        takeStep()
    }

    private mutating func takeStep() {
        guard let step = steps.popFirst() else { return }
        if step.isEmpty { ending = .inOrder } else { unsent += step }
    }

    /// Takes what has arrived and replies to every request that is complete.
    mutating func read(log: ServerLog, decide: (RecordedRequest) -> CannedReply) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while ending == nil {
            let count = Glibc.read(socket, &buffer, buffer.count)
            if count > 0 {
                unread += buffer[..<count]
                while ending == nil, takeRequest(log: log, decide: decide) {}
            } else if count < 0, errno == EAGAIN || errno == EINTR {
                return
            } else {
                ending = .byPeer
            }
        }
    }

    mutating func write() {
        while ending == nil, !unsent.isEmpty {
            let count = send(socket, unsent, unsent.count, Int32(MSG_NOSIGNAL))
            if count > 0 {
                unsent.removeFirst(count)
            } else if errno == EAGAIN {
                return
            } else {
                ending = .byPeer
            }
        }
    }

    /// Whether a request was complete.
    private mutating func takeRequest(log: ServerLog, decide: (RecordedRequest) -> CannedReply) -> Bool {
        if current == nil { takeHead(log: log, decide: decide) }
        guard let current else { return false }
        var request = current.request
        let reply = current.reply
        var length = current.length
        if case .resetBeforeBody = reply { length = 0 }
        guard unread.count >= length else { return false }
        request.body = [UInt8](unread.prefix(length))
        unread.removeFirst(length)
        self.current = nil
        perform(reply)
        log.change { entries in
            request.number = entries.requests.count + 1
            entries.requests.append(request)
        }
        return true
    }

    private mutating func takeHead(log: ServerLog, decide: (RecordedRequest) -> CannedReply) {
        if let first = unread.first, first < 0x20 {
            // No HTTP but, likely, TLS. Server software answers such in clear.
            unsent += [UInt8]("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".utf8)
            unread = []
            return
        }
        guard let end = unread.firstRange(of: [13, 10, 13, 10]) else { return }
        let number = log.requests.count + 1
        place += 1
        let head = unread[..<end.lowerBound]
        guard let request = RecordedRequest(head: head, number: number, connection: self.number, place: place) else {
            ending = .inOrder
            return
        }
        unread.removeSubrange(..<end.upperBound)
        current = (request, decide(request), request.header("content-length").flatMap { Int($0) } ?? 0)
    }

    private mutating func perform(_ reply: CannedReply) {
        switch reply {
        case .bytes(let bytes): unsent += bytes
        case .drip(let first, let rest):
            unsent += first
            held = rest
        case .steps(let steps):
            self.steps = steps[...]
            takeStep()
        case .silence: break
        case .close: ending = .inOrder
        case .reset, .resetBeforeBody: ending = .reset
        }
    }
}
