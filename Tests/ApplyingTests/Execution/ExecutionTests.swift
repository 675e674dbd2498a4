import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Testing

@testable import Applying
@testable import Planning

/// Which step comes next, and what a failure fails: without an Authentik.
@Suite struct ExecutionTests {
    @Test func `what is begun comes before what is not, and that in the order of the plan`() throws {
        var run = Run(["a", "b", "c"].map { plan($0, .provider, .application) })
        #expect(run.begin(2) == ["a.provider", "b.provider"])
        run.end("b.provider")
        #expect(run.begin(1) == ["b.application"])
        run.end("a.provider")
        run.end("b.application")
        #expect(run.begin(3) == ["a.application", "c.provider"])
    }

    @Test func `a step comes once those before it are done`() {
        var run = Run([plan("a", .provider, .application)])
        #expect(run.begin(4) == ["a.provider"])
        #expect(run.begin(4) == [])
        run.end("a.provider")
        #expect(run.begin(4) == ["a.application"])
        run.end("a.application")
        #expect(run.failures == [nil])
        #expect(run.execution.ended.count == 1)
    }

    @Test func `what waits for Kubernetes is begun without a slot`() {
        var a = plan("a", .provider)
        a.add(.restart, .restart(Workload(.deployment, namespace: "n", name: "d"), at: .existing("now")))
        var run = Run([a, plan("b", .provider)])
        #expect(run.begin(1) == ["a.provider"])
        run.end("a.provider")
        #expect(run.begin(0) == ["a.restart"])
        #expect(run.begin(1) == ["b.provider"])
    }

    @Test func `a failure fails what comes after it, and nothing else`() {
        var run = Run([plan("a", .provider, .application), plan("b", .provider)])
        #expect(run.begin(2) == ["a.provider", "b.provider"])
        run.end("a.provider", failure: "refused")
        run.end("b.provider")
        #expect(run.begin(2) == [])
        #expect(run.failures == ["refused", nil])
        #expect(run.execution.outcomes.map(\.written) == [[], [.deleteProvider]])
    }

    @Test func `one of several side by side fails, and the others go on`() {
        var a = plan("a")
        for name in ["x", "y"] { a.add(.provider, .delete(.provider(pk: 1)), named: name) }
        a.add(.application, .delete(.application(slug: "a")))
        var run = Run([a])
        #expect(run.begin(1) == ["a.provider.x"])
        run.end("a.provider.x", failure: "refused")
        #expect(run.begin(1) == ["a.provider.y"])
        run.end("a.provider.y")
        #expect(run.begin(1) == [])
        #expect(run.failures == ["refused"])
    }

    // MARK: - Steps of others

    @Test func `a step that several services need fails only those that come after it`() {
        let group = Step(Step.ID(service: nil, .application, name: "family"), .delete(.application(slug: "family")))
        var a = plan("a", .provider)
        a.add(.mark, .deleteMark(entitlement: "a"), after: [group.id])
        var run = Run(shared: [group], [a, plan("b", .provider)])
        #expect(run.begin(4) == ["family", "a.provider", "b.provider"])
        run.end("family", failure: "refused")
        run.end("a.provider")
        run.end("b.provider")
        #expect(run.begin(4) == [])
        #expect(run.failures == ["not attempted: family is needed for it, and was not done", nil])
        #expect(run.execution.outcomes.map(\.written) == [[.deleteProvider], [.deleteProvider]])
    }

    @Test func `a step of no service is not sent any more once the token is refused, or the time is up`() {
        let groups = ["a", "b"].map { Step(Step.ID(service: nil, .shared, name: $0), .create([.group(named: $0)])) }
        var refused = Run(shared: groups, [plan("s", .provider)])
        #expect(refused.begin(1) == ["a"])
        refused.end("a", failure: "refused", isTokenRefused: true)
        #expect(refused.begin(1) == [])
        let reason = "not attempted: Authentik rejected the token"
        #expect(groups.map { refused.execution.failure(of: $0)?.message } == ["refused", reason])
        #expect(refused.failures == [reason])
        var late = Run(shared: groups, [])
        #expect(late.begin(1) == ["a"])
        late.end("a")
        #expect(late.begin(1, isTimeUp: true) == [])
        #expect(
            groups.map { late.execution.failure(of: $0)?.message }
                == [nil, "not attempted: the time limit of this pass was reached"]
        )
    }

    @Test func `what a step of no service made is known by its pk`() {
        let (family, admins) = (SharedObjectPlan.group("family", pk: nil), SharedObjectPlan.group("admins", pk: "a"))
        var run = Run(shared: [family, admins].compactMap(\.step), [])
        #expect(run.begin(1) == ["the group 'family'"])
        run.end("the group 'family'", made: "f")
        let outcomes = [family, admins].map { run.execution.outcome(of: $0) }
        #expect(outcomes.map(\.made) == ["f", nil])
        #expect(outcomes.map(\.isWritten) == [true, false])
    }

    @Test func `a service is begun once the step of another one is done that it waits for`() {
        var run = Run([plan("a", .provider, after: "b"), plan("b", .provider, .application)])
        #expect(run.begin(4) == ["b.provider"])
        run.end("b.provider")
        #expect(run.begin(4) == ["b.application", "a.provider"])
    }

    /// Also if that step is not in the plan, or Authentik did not keep what it changed.
    @Test(arguments: ["failed", "missing", "unkept"])
    func `what another service does not give up is not waited for`(_ what: String) {
        let other = what == "missing" ? [] : [plan("b", .provider)]
        var run = Run([plan("a", .provider, .application, after: "b")] + other)
        if what != "missing" {
            #expect(run.begin(4) == ["b.provider"])
            run.end("b.provider", failure: what == "failed" ? "refused" : nil, isKept: what != "unkept")
        }
        #expect(run.begin(4) == [])
        let reason = "not attempted: 'b' has to release something it needs first, and did not"
        #expect(run.failures.first == reason)
        #expect(run.execution.ended.count == other.count + 1)
    }

    @Test func `steps that wait for each other are said, and not waited for`() {
        var run = Run([plan("a", .provider, after: "b"), plan("b", .provider, after: "a")])
        #expect(run.begin(4) == [])
        #expect(run.failures == Array(repeating: "not attempted: its steps wait for each other", count: 2))
    }

    // MARK: - The end

    @Test func `no other service is begun once the token is refused, or the time is up`() {
        for isRefused in [true, false] {
            var run = Run([plan("a", .provider, .application), plan("b", .provider, .application)])
            #expect(run.begin(1) == ["a.provider"])
            run.end("a.provider", isTokenRefused: isRefused)
            #expect(run.begin(1) == ["a.application"])
            run.end("a.application")
            #expect(run.begin(1, isTimeUp: !isRefused) == [])
            let reason = isRefused ? "Authentik rejected the token" : "the time limit of this pass was reached"
            #expect(run.failures == [nil, "not attempted: \(reason)"])
        }
    }

    @Test func `transactions are looked for when nothing else can be done`() {
        var a = plan("a")
        let both = Step.ID(service: "a", .application)
        a.add(.application, .create([.application([]), .provider([])]))
        a.add(.mark, .createMark(on: .made(by: both), MarkContent(OwnershipMark(owner: "o", slug: "a"))))
        var run = Run([a, plan("b", .provider)])
        #expect(run.begin(4) == ["a.application", "b.provider"])
        run.end("a.application")
        #expect(run.begin(4) == [])
        #expect(run.execution.isLookNeeded)
        run.end("b.provider")
        run.execution.giveUpTransactions("the program is ending")
        #expect(!run.execution.isLookNeeded)
        #expect(run.begin(4) == [])
        let reason = "created, but without its ownership mark, which the next pass writes: the program is ending"
        #expect(run.failures == [reason, nil])
        #expect(run.execution.outcomes[0].written == [.createApplicationAndProvider])
    }

    @Test func `a mark is corrected after all else`() throws {
        var a = plan("a", .provider)
        a.standingMark = StandingMark(
            entitlement: "m",
            mark: OwnershipMark(owner: "o", slug: "a", providerFields: ["name"])
        )
        var run = Run([a])
        #expect(run.begin(1) == ["a.provider"])
        run.end("a.provider", isKept: false)
        let next = run.execution.next(isSlotFree: true, isTimeUp: false)
        let job = try #require(next)
        guard case .step(.updateMark("m", let content), _) = job.task else {
            Issue.record("\(job.task)")
            return
        }
        #expect(content.mark.providerFields == [])
        run.execution.end(job, .step(StepResult()))
        #expect(run.begin(1) == [])
        #expect(run.execution.outcomes[0].written == [.deleteProvider, .updateMark])
        #expect(run.failures == ["Authentik does not keep provider.providerName as declared"])
    }

    // MARK: - Plans

    /// A service that deletes something at each place; its steps are as good as any.
    private func plan(_ slug: String, _ places: Step.Place..., after other: String? = nil) -> ServicePlan {
        var plan = ServicePlan(slug: slug, decision: .update, reason: "")
        let needs = other.map { [Step.ID(service: $0, .provider)] } ?? []
        for place in places {
            let effect: Effect =
                place == .provider ? .delete(.provider(pk: 1)) : .delete(.application(slug: slug))
            plan.add(place, effect, after: place == places.first ? Set(needs) : [])
        }
        return plan
    }
}

/// An execution, whose steps end when a test says so.
private struct Run {
    var execution: Execution
    private var names: [String]
    private var jobs: [String: Job] = [:]

    init(shared: [Step] = [], _ services: [ServicePlan]) {
        guard let release = Release("2025.12.4") else { preconditionFailure("there is no such release") }
        execution = Execution(shared: shared, services: services, release)
        names = shared.map(\.id.name)
        for plan in services {
            names += plan.steps.map { step in
                "\(plan.slug).\(step.id.place)" + (step.id.name.isEmpty ? "" : ".\(step.id.name)")
            }
        }
    }

    /// Begins what can be begun in so many slots.
    mutating func begin(_ slots: Int, isTimeUp: Bool = false) -> [String] {
        var begun: [String] = []
        var free = slots
        while let job = execution.next(isSlotFree: free > 0, isTimeUp: isTimeUp) {
            if job.takesSlot { free -= 1 }
            guard case .node(let node) = job.subject else { continue }
            begun.append(names[node])
            jobs[names[node]] = job
        }
        return begun
    }

    mutating func end(
        _ name: String,
        failure: String? = nil,
        isKept: Bool = true,
        isTokenRefused: Bool = false,
        made: String? = nil
    ) {
        guard let job = jobs.removeValue(forKey: name) else {
            Issue.record("\(name) was not begun")
            return
        }
        var result = StepResult(failure: failure.map { ServiceFailure($0) }, isTokenRefused: isTokenRefused)
        if let made { result.output.pks = [.group: .string(made)] }
        if !isKept {
            let assignment = FieldAssignment(field: "name", value: .text("new"))
            result.unkept = [UnkeptField(kind: .oauth2Provider, assignment: assignment, kept: .text("old"))]
        }
        execution.end(job, .step(result))
    }

    var failures: [String?] { execution.outcomes.map(\.failure?.message) }
}
