import AuthentikAPI
import Base
import KubernetesAPI
import Status
import Synchronization

extension ReconcileLoop {
    /// Why this process may not write just now: a clause; nil if it may.
    package var whyNoWrites: String? { gate.closed?.reason }
    /// Whether this process may write just now.
    var isLeading: Bool { gate.closed == nil }

    /// Takes part in the election until the task is cancelled: passes run and writes are let through while this process
    /// leads.
    func takePart(in election: LeaseElection) async {
        await election.run { report in
            switch report {
            case .leads(let term): self.lead(term, election.identity)
            case .standsBy(let holder):
                self.stepDown("another replica leads")
                self.tell(Standing(isLeader: false, holder: holder))
            case .waits(let duration):
                self.stepDown("nobody holds the Lease yet")
                self.tell(Standing(isLeader: false, waitSeconds: Int(duration.components.seconds)))
            case .failed(let error):
                var standing = self.board.read { $0.standing }
                standing.error = "\(error)"
                self.tell(standing)
            case .expired:
                self.stepDown("its Lease was not renewed in time")
                self.tell(Standing(isLeader: false, error: self.board.read { $0.standing.error }))
            case .lost:
                self.stepDown("somebody else changed its Lease")
                self.tell(Standing(isLeader: false, error: self.board.read { $0.standing.error }))
            }
        }
    }

    /// No write begins, what runs is cut short, and no pass begins until this process leads.
    func stepDown(_ reason: String) {
        gate.suspend(reason)
        queue.hold()
        running.withLock { $0?.cancel() }
    }

    private func lead(_ term: WriteTerm, _ identity: String) {
        gate.allow(term)
        tell(Standing(isLeader: true, holder: identity))
        guard queue.release() else { return }
        ask(.leader)
    }

    /// A renewal changes nothing, and is nothing to tell.
    private func tell(_ standing: Standing) {
        guard board.read({ $0.standing }) != standing else { return }
        let events = board.update { $0.stands(standing, at: .now) }
        events.forEach(log.happened)
        announce(EventDigest(events))
    }
}
