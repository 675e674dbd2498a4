import AuthentikAPI
import Base
import FoundationEssentials
import Kinds
import Testing

@testable import Applying
@testable import DesiredState
@testable import Planning
@testable import Status

/// Whether people get through to a service with forward-auth, as the status tells it pass after pass.
@Suite(.timeLimit(.minutes(60))) struct ServingStatusTests {
    private let story: LedgerStory
    private static let seen = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))

    init() throws {
        story = try LedgerStory()
        let declared = ForwardAuth(slug: "docs", externalHost: "https://docs.example.net")
        story.declare { $0[0].login = .forwardAuth(declared) }
    }

    /// Of the service `docs`, as the plan has it.
    private func docs(_ health: Outpost.Health?, _ fill: (inout ServiceOutcome) -> Void = { _ in }) -> ServiceOutcome {
        var outcome = ServiceOutcome.docs(.inSync)
        outcome.plan.serving = health.map { health in
            var outpost = Outpost(pk: "o", name: "edge")
            outpost.health = health
            return ServingStanding(servedBy: outpost)
        }
        fill(&outcome)
        return outcome
    }

    private var served: ServiceOutcome { docs(.seen(at: Self.seen)) }
    private var notSeen: ServiceOutcome { docs(.notSeen(since: Self.seen)) }

    private func joining(_ fill: (inout ServiceOutcome) -> Void) -> ServiceOutcome {
        docs(.seen(at: Self.seen)) {
            $0.plan.decision = .update
            $0.plan.changes = [FieldChange(object: .outpost, field: "name", before: .words([]), after: .text("edge"))]
            fill(&$0)
        }
    }

    private var status: ServiceStatus? { story.document.services.first { $0.slug == "docs" } }
    private var condition: ConditionStatus? { status?.conditions.first { $0.type == .served } }

    @discardableResult
    private func pass(_ docs: ServiceOutcome) -> [String] { story.pass([docs, .grafana(.inSync)]) }

    @Test(
        arguments: [
            (.seen(at: seen), .yes, "Served", "the outpost 'edge' serves it", "served", seen),
            (
                .notSeen(since: seen), .no, "OutpostNotSeen",
                "the outpost 'edge' was last seen at 2027-01-15T08:00:00.000Z", "outpost-not-seen", seen
            ),
            (
                .notSeen(since: nil), .no, "OutpostNotSeen",
                "no instance of the outpost 'edge' has connected to Authentik", "outpost-not-seen", nil
            ),
            (
                .unknown(reason: "403"), .unknown, "HealthUnreadable",
                "whether the outpost 'edge' runs is not known: 403", "unknown", nil
            ),
        ] as [(Outpost.Health, ConditionStatus.Status, String, String, String, Timestamp?)]
    )
    func `a condition for each way in which it is served, and none is a reason to be out of sync`(
        _ health: Outpost.Health,
        _ status: ConditionStatus.Status,
        _ reason: String,
        _ message: String,
        _ state: String,
        _ lastSeen: Timestamp?
    ) throws {
        pass(docs(health))
        let served = try #require(condition)
        #expect(served.status == status)
        #expect(served.reason == reason)
        #expect(served.message == message)
        #expect(self.status?.serving?.state == state)
        #expect(self.status?.serving?.outpost == "edge")
        #expect(self.status?.serving?.lastSeen == lastSeen)
        #expect(self.status?.serving?.complaint == (state == "served" ? nil : message))
        #expect(self.status?.state == .inSync)
        #expect(story.document.state == .inSync)
        let types = try #require(self.status?.conditions.map(\.type))
        #expect(types == types.sorted())
    }

    @Test func `without forward-auth nothing is said`() {
        pass(docs(nil))
        #expect(status?.serving == nil)
        #expect(status?.conditions.map(\.type) == [.synced])
    }

    @Test func `what its outpost was to get, and did not, is not in it`() {
        pass(
            joining {
                $0.failure = ServiceFailure("Authentik rejects it")
                $0.written = [.updateApplication]
            }
        )
        #expect(condition?.status == .no)
        #expect(condition?.reason == "NotInOutpost")
        #expect(condition?.message == "the outpost 'edge' does not serve it")
        // What failed is something else.
        pass(
            joining {
                $0.failure = ServiceFailure("it could not be restarted")
                $0.written = [.updateOutpost]
            }
        )
        #expect(condition?.reason == "Served")
        pass(joining { $0.isPaused = true })
        #expect(condition?.reason == "NotInOutpost")
        pass(joining { $0.written = [.updateOutpost] })
        #expect(condition?.reason == "Served")
    }

    @Test func `that nobody gets through is told once, and that people do again`() throws {
        #expect(pass(served) == [])
        let first = try #require(condition)
        let reason = "the outpost 'edge' was last seen at 2027-01-15T08:00:00.000Z"
        #expect(pass(notSeen) == ["not served docs by edge: \(reason)"])
        let changed = try #require(condition)
        #expect(changed.lastTransitionTime > first.lastTransitionTime)
        #expect(pass(notSeen) == [])
        #expect(condition == changed)
        // Nobody could look: that is no news.
        #expect(pass(docs(.unknown(reason: "403"))) == [])
        #expect(pass(notSeen) == [])
        #expect(pass(served) == ["served docs by edge"])
        #expect(pass(served) == [])
    }

    @Test func `a service that has forward-auth no more is told of no more`() {
        pass(notSeen)
        #expect(pass(docs(nil)) == [])
        #expect(pass(served) == [])
        #expect(pass(notSeen).count == 1)
    }
}
