package import Base

/// How a replica stands in the election of a leader.
package struct Standing: Sendable, Equatable {
    package var isLeader: Bool
    /// Who leads; nil if nobody is known to.
    package var holder: String?
    /// Where nobody leads: how long the Lease has to stay as it is before this process takes it.
    package var waitSeconds: Int?
    /// Why the Lease cannot be reached; nil if it can.
    package var error: String?

    package init(isLeader: Bool, holder: String? = nil, waitSeconds: Int? = nil, error: String? = nil) {
        self.isLeader = isLeader
        self.holder = holder
        self.waitSeconds = waitSeconds
        self.error = error
    }
}

extension StatusLedger {
    package var standing: Standing {
        let leadership = document.program.leadership
        return Standing(
            isLeader: document.program.isLeader,
            holder: leadership?.holder,
            waitSeconds: leadership?.waitSeconds,
            error: leadership?.error
        )
    }

    /// Takes note of who leads.
    ///
    /// - Returns: what is worth telling.
    package mutating func stands(_ standing: Standing, at time: Timestamp) -> [LedgerEvent] {
        let before = self.standing
        document.program.isLeader = standing.isLeader
        document.program.leadership?.error = standing.error
        document.program.leadership?.holder = standing.holder
        document.program.leadership?.waitSeconds = standing.waitSeconds
        if standing.holder != before.holder { document.program.leadership?.since = time }
        if !standing.isLeader { document.passes.next = nil }
        summarize(at: time)
        var events: [LedgerEvent] = []
        if before.error == nil, let error = standing.error { events.append(.leaseLost(error: error)) }
        if before.error != nil, standing.error == nil { events.append(.leaseBack) }
        if standing.isLeader, !before.isLeader { events.append(.leads) }
        let isNew = before.holder != standing.holder || before.waitSeconds != standing.waitSeconds
        if !standing.isLeader, before.isLeader || isNew {
            events.append(standing.waitSeconds.map(LedgerEvent.waits) ?? .standsBy(holder: standing.holder))
        }
        return events
    }
}
