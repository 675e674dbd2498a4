import AuthentikAPI
import Kinds
import Testing

@testable import Applying
@testable import DesiredState
@testable import Planning
@testable import Status

/// Who may open a service, as the status tells it pass after pass.
@Suite(.timeLimit(.minutes(60))) struct AccessStatusTests {
    private let story: LedgerStory

    init() throws {
        story = try LedgerStory()
        story.declare { services in
            let location = services[0].location
            let admins = AccessSubject(.group, "admins", location: location)
            services[0].access = Access(.subjects(Access.Subjects([admins])), location: location)
        }
    }

    /// Of the service `docs`.
    private func docs(
        _ state: AccessStanding.State?,
        _ decision: Decision = .inSync,
        failing: String? = nil,
        _ fill: (inout AccessStanding) -> Void = { _ in }
    ) -> ServiceOutcome {
        var outcome = ServiceOutcome.docs(decision)
        outcome.plan.access = state.map { state in
            var standing = AccessStanding(state)
            fill(&standing)
            return standing
        }
        outcome.failure = failing.map(ServiceFailure.init)
        return outcome
    }

    private func closed(failing: String? = nil) -> ServiceOutcome {
        let complaint = "the group 'admins' is gone"
        var outcome = docs(.closed, .update) { $0.complaint = complaint }
        outcome.plan.changes = [
            FieldChange(object: .access, field: "groups", before: .words(["admins"]), after: .words([]))
        ]
        outcome.plan.hindrance = "closed to everybody: \(complaint)"
        outcome.failure = ServiceFailure(failing ?? "closed to everybody: \(complaint)")
        return outcome
    }

    private var restricted: ServiceOutcome { docs(.restricted) { $0.subjects = ["group 'admins'"] } }

    private var status: ServiceStatus? { story.document.services.first { $0.slug == "docs" } }

    private func condition(_ type: ConditionStatus.Kind) -> ConditionStatus? {
        status?.conditions.first { $0.type == type }
    }

    @discardableResult
    private func pass(_ docs: ServiceOutcome) -> [String] { story.pass([docs, .grafana(.inSync)]) }

    @Test(
        arguments: [
            (
                AccessStanding.State.everyone, nil, ConditionStatus.Status.yes, "Everyone",
                "open to everybody, as declared"
            ),
            (.restricted, nil, .yes, "Restricted", "open to group 'admins'"),
            (.restricted, "bob is gone", .no, "Incomplete", "bob is gone"),
            (.closed, "all are gone", .no, "Closed", "all are gone"),
            (.blocked, "there is no bob", .no, "Blocked", "there is no bob"),
        ] as [(AccessStanding.State, String?, ConditionStatus.Status, String, String)]
    )
    func `a condition for each way in which the file is followed`(
        _ state: AccessStanding.State,
        _ complaint: String?,
        _ status: ConditionStatus.Status,
        _ reason: String,
        _ message: String
    ) throws {
        pass(
            docs(state) {
                $0.complaint = complaint
                $0.subjects = ["group 'admins'"]
            }
        )
        let access = try #require(condition(.access))
        #expect(access.status == status)
        #expect(access.reason == reason)
        #expect(access.message == message)
        #expect(condition(.exposed)?.status == .no)
        #expect(condition(.exposed)?.reason == (state == .everyone ? "OnPurpose" : "Bound"))
        #expect(self.status?.access?.state == state.rawValue)
        let types = try #require(self.status?.conditions.map(\.type))
        #expect(types == types.sorted())
    }

    @Test func `where nobody looked, nothing is said`() {
        pass(docs(nil))
        #expect(status?.access == nil)
        #expect(status?.conditions.map(\.type) == [.synced])
    }

    @Test func `being exposed is no failure`() {
        pass(docs(.unmanaged) { $0.isExposed = true })
        #expect(condition(.access) == nil)
        #expect(condition(.exposed)?.status == .yes)
        #expect(condition(.exposed)?.reason == "NoBinding")
        #expect(status?.state == .inSync)
        #expect(story.document.state == .inSync)
        pass(docs(.unmanaged))
        #expect(condition(.exposed)?.status == .no)
    }

    @Test func `what closes is told once, and that it opens again`() throws {
        #expect(pass(restricted) == [])
        let first = try #require(condition(.access))
        let told = pass(closed())
        #expect(told.contains("closed docs: the group 'admins' is gone"))
        #expect(!told.contains { $0.hasPrefix("failed") })
        #expect(status?.state == .failed)
        let second = try #require(condition(.access))
        #expect(second.lastTransitionTime > first.lastTransitionTime)
        #expect(second.reason == "Closed" && second.message == "the group 'admins' is gone")
        #expect(!pass(closed()).contains { $0.hasPrefix("closed") })
        #expect(condition(.access)?.lastTransitionTime == second.lastTransitionTime)
        #expect(pass(restricted).contains("opened docs"))
        #expect(pass(restricted) == [])
    }

    /// A write that failed may have left it open, or closed: it is not told that it is either.
    @Test func `what is not all done is not known, and told once it is`() {
        pass(restricted)
        #expect(!pass(closed(failing: "502")).contains { $0.hasPrefix("closed") })
        #expect(condition(.access)?.status == .unknown)
        #expect(condition(.access)?.reason == "NotApplied")
        #expect(condition(.exposed)?.status == .unknown)
        #expect(status?.access == nil)
        #expect(pass(closed()).contains("closed docs: the group 'admins' is gone"))
        var opening = closed(failing: "502")
        opening.plan.access = restricted.plan.access
        opening.plan.hindrance = nil
        #expect(!pass(opening).contains("opened docs"))
        #expect(condition(.access)?.reason == "NotApplied")
        #expect(pass(restricted).contains("opened docs"))
    }

    @Test func `a failure of something else does not hide who may open it`() {
        var outcome = docs(.restricted, .update, failing: "502") { $0.subjects = ["group 'admins'"] }
        pass(outcome)
        #expect(condition(.access)?.reason == "Restricted")
        // What was to be made is not there.
        outcome.plan.decision = .create
        pass(outcome)
        #expect(condition(.access) == nil && condition(.exposed) == nil && status?.access == nil)
    }

    @Test func `a service that lacks something else is open to whom it was`() {
        pass(closed())
        #expect(pass(docs(nil, .blocked)) == ["stuck docs blocked"])
        #expect(condition(.access)?.reason == "Closed")
        #expect(status?.access?.isClosed == true)
        pass(docs(nil, .conflict))
        #expect(condition(.access) == nil && status?.access == nil)
    }

    @Test func `what is taken out of the file stays closed, and is not told to open`() {
        pass(closed())
        story.declare { $0[0].access = nil }
        #expect(!pass(docs(.unmanaged)).contains("opened docs"))
        #expect(condition(.access) == nil)
        #expect(!pass(docs(.everyone)).contains("opened docs"))
    }

    @Test func `drift of who may open it names the file's fields`() throws {
        pass(restricted)
        let events = pass(closed())
        #expect(events.contains("drifted docs by nobody"))
        #expect(status?.lastDrift?.changes.map { "\($0.object).\($0.field)" } == ["access.groups"])
        #expect(status?.lastChange?.fields == ["access.groups"])
    }
}
