import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import Testing

@testable import Status

/// What the status of one of several replicas says, and whether it is ready.
@Suite(.timeLimit(.minutes(60))) struct StandingTests {
    private static let start = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))
    private let replica: Replica

    private final class Replica {
        var ledger: StatusLedger

        init(_ ledger: StatusLedger) {
            self.ledger = ledger
        }
    }

    init() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "standing-\(UUID().uuidString).yaml")
        try Data("apiVersion: reconcile/v1\nowner: homelab\nservices: []\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let desired = try #require(DesiredStateLoader.load(paths: [file.path]).state)
        let ledger = StatusLedger(
            program: ProgramStatus(
                version: "1",
                startedAt: Self.start,
                isLeader: false,
                leadership: LeadershipStatus(lease: "authentik/reconcile", identity: "a", since: Self.start)
            ),
            authentik: try #require(AuthentikAddress("https://sso.example.net")),
            paths: [file.path],
            files: LoadedFiles(desired, hash: "sha256:0", at: Self.start, warnings: [])
        )
        replica = Replica(ledger)
    }

    private var document: StatusDocument { replica.ledger.document }

    private func stands(_ standing: Standing, after seconds: Int) -> [String] {
        replica.ledger.stands(standing, at: Self.start.advanced(by: .seconds(seconds))).map(\.short)
    }

    private var isReady: Bool {
        Readiness.readiness(document, at: Self.start, limit: .seconds(60)).isWell
    }

    @Test func `a replica that has not reached its Lease yet is not ready`() {
        #expect(document.state == .standby)
        #expect(document.message == "the holder of the Lease authentik/reconcile is not known yet")
        #expect(!isReady)
        #expect(stands(Standing(isLeader: false, error: "refused"), after: 1) == ["lease lost"])
        #expect(document.message == "cannot reach the Lease authentik/reconcile: refused")
        #expect(!isReady)
    }

    @Test func `a standby is ready while it can reach its Lease`() {
        #expect(stands(Standing(isLeader: false, holder: "b"), after: 1) == ["stands by b"])
        #expect(isReady)
        #expect(document.message == "b leads; this replica stands by")
        #expect(document.program.leadership?.since == Self.start.advanced(by: .seconds(1)))
        #expect(stands(Standing(isLeader: false, holder: "b"), after: 2) == [])
        #expect(document.program.leadership?.since == Self.start.advanced(by: .seconds(1)))
        #expect(stands(Standing(isLeader: false, holder: "b", error: "refused"), after: 3) == ["lease lost"])
        #expect(!isReady)
        #expect(stands(Standing(isLeader: false, holder: "c"), after: 4) == ["lease back", "stands by c"])
        #expect(isReady)
    }

    @Test func `a replica that waits until the Lease is surely free is ready, and says so`() {
        #expect(stands(Standing(isLeader: false, waitSeconds: 15), after: 1) == ["waits 15"])
        #expect(document.state == .standby)
        #expect(
            document.message == """
                no replica leads; this one takes the Lease authentik/reconcile once it has not changed for 15 seconds, \
                in case its last holder still writes
                """
        )
        #expect(isReady)
        #expect(stands(Standing(isLeader: false, waitSeconds: 15), after: 2) == [])
        #expect(stands(Standing(isLeader: false, waitSeconds: 15, error: "refused"), after: 3) == ["lease lost"])
        #expect(!isReady)
        #expect(stands(Standing(isLeader: true, holder: "a"), after: 4) == ["lease back", "leads"])
        #expect(document.program.leadership?.waitSeconds == nil)
        #expect(stands(Standing(isLeader: false, waitSeconds: 15), after: 5) == ["waits 15"])
        #expect(stands(Standing(isLeader: false, holder: "b"), after: 6) == ["stands by b"])
    }

    @Test func `a leader is told once, and is as ready as its passes`() {
        #expect(stands(Standing(isLeader: true, holder: "a"), after: 1) == ["leads"])
        #expect(document.state == .starting)
        #expect(!isReady)
        replica.ledger.comesNext(NextPass(at: Self.start, reason: .interval))
        #expect(stands(Standing(isLeader: false), after: 2) == ["stands by nobody"])
        #expect(document.passes.next == nil)
        #expect(!isReady)
    }
}
