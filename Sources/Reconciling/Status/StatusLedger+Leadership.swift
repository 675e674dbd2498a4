/// How a replica stands in the election of a leader.
package struct Standing: Sendable, Equatable {
    package var isLeader: Bool
    /// Who leads; nil if nobody is known to.
    package var holder: String?
    /// Why the Lease cannot be reached; nil if it can.
    package var error: String?

    package init(isLeader: Bool, holder: String? = nil, error: String? = nil) {
        self.isLeader = isLeader
        self.holder = holder
        self.error = error
    }
}

extension StatusLedger {
    var standing: Standing {
        let leadership = document.program.leadership
        return Standing(isLeader: document.program.isLeader, holder: leadership?.holder, error: leadership?.error)
    }

    /// Takes note of who leads.
    ///
    /// - Returns: what is worth telling.
    package mutating func stands(_ standing: Standing, at time: Timestamp) -> [LedgerEvent] {
        let before = self.standing
        document.program.isLeader = standing.isLeader
        document.program.leadership?.error = standing.error
        document.program.leadership?.holder = standing.holder
        if standing.holder != before.holder { document.program.leadership?.since = time }
        if !standing.isLeader { document.passes.next = nil }
        summarize(at: time)
        var events: [LedgerEvent] = []
        if before.error == nil, let error = standing.error { events.append(.leaseLost(error: error)) }
        if before.error != nil, standing.error == nil { events.append(.leaseBack) }
        if standing.isLeader, !before.isLeader { events.append(.leads) }
        if !standing.isLeader, before.isLeader || before.holder != standing.holder {
            events.append(.standsBy(holder: standing.holder))
        }
        return events
    }
}
