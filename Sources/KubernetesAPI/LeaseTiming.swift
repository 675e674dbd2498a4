import Base

/// What a leader may do when, and how often a Lease is looked at; all of it follows from its duration.
///
/// Time is counted by each process's own clock, which goes on while the machine sleeps, and never compared with that of
/// another: of what a Lease says only the duration counts. A leader counts from before it sent its renewal, a standby
/// from after it saw it, so that for a standby the Lease always ends later.
///
/// | after a renewal was sent | with 15 s | the leader | a standby |
/// |---|---|---|---|
/// | 2/15 | 2 s | renews it again | looks at it |
/// | 10/15 | 10 s | begins no write any more | |
/// | 14/15 | 14 s | has ended every write | |
/// | 15/15 | 15 s | | may take it |
package struct LeaseTiming: Sendable, Equatable {
    /// In whole seconds, as a Lease has it.
    package var seconds: Int

    package init(seconds: Int = 15) {
        self.seconds = seconds
    }

    package var duration: Duration { .seconds(seconds) }
    /// Between two renewals, and between two looks.
    var period: Duration { duration * 2 / 15 }
    /// How long one request may take, so that another one can follow in time.
    var requestLimit: Duration { duration / 3 }

    /// The term that a renewal gives.
    ///
    /// - Parameter begun: before it was sent.
    func term(begun: ContinuousClock.Instant) -> WriteTerm {
        WriteTerm(beginBefore: begun + duration * 10 / 15, endBefore: begun + duration * 14 / 15)
    }
}
