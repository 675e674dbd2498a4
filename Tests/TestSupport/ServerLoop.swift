import Glibc

/// Accepts, reads, and replies; lives on its thread.
struct ServerLoop {
    let listener: Int32
    /// The reading end of a pipe, one byte an order.
    let orders: Int32
    let log: ServerLog
    let decide: @Sendable (RecordedRequest) -> CannedReply
    private var connections: [Int32: ServerConnection] = [:]

    init(
        listener: Int32,
        orders: Int32,
        log: ServerLog,
        decide: @escaping @Sendable (RecordedRequest) -> CannedReply
    ) {
        self.listener = listener
        self.orders = orders
        self.log = log
        self.decide = decide
    }

    /// Works until an order says to stop; every other order releases what drips.
    mutating func run(isStop: (UInt8) -> Bool) {
        defer {
            for socket in connections.keys { close(socket) }
            close(listener)
        }
        while true {
            var descriptors = [orders, listener].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            for (socket, connection) in connections {
                let events = connection.unsent.isEmpty ? POLLIN : POLLIN | POLLOUT
                descriptors.append(pollfd(fd: socket, events: Int16(events), revents: 0))
            }
            guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { continue }
            if descriptors[0].revents != 0 {
                var order: UInt8 = 0
                guard read(orders, &order, 1) == 1, !isStop(order) else { return }
                for socket in connections.keys { work(socket) { $0.release() } }
            }
            if descriptors[1].revents != 0 { acceptAll() }
            for descriptor in descriptors.dropFirst(2) where descriptor.revents != 0 {
                work(descriptor.fd) { [log, decide] in $0.read(log: log, decide: decide) }
            }
        }
    }

    private mutating func acceptAll() {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { return }
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            _ = fcntl(socket, F_SETFL, O_NONBLOCK)
            log.change { entries in
                entries.connectionCount += 1
                entries.openConnections += 1
                entries.mostOpenConnections = max(entries.mostOpenConnections, entries.openConnections)
                connections[socket] = ServerConnection(socket: socket, number: entries.connectionCount)
            }
        }
    }

    private mutating func work(_ socket: Int32, _ body: (inout ServerConnection) -> Void) {
        guard var connection = connections[socket] else { return }
        body(&connection)
        connection.write()
        guard let ending = connection.ending else {
            connections[socket] = connection
            return
        }
        connections[socket] = nil
        if ending == .reset {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        close(socket)
        log.change { entries in
            entries.openConnections -= 1
            if ending == .byPeer { entries.disconnections += 1 }
        }
    }
}
