import Testing

@testable import AuthentikSandbox

/// Which requests a plan strikes.
@Suite(.timeLimit(.minutes(60))) struct FaultStateTests {
    private static func request(_ method: String = "GET", _ target: String = "/api/v3/core/groups/") -> FaultRequest {
        FaultRequest(method: method, target: target, hasToken: true)
    }

    private func struck(_ plan: FaultPlan, _ requests: [FaultRequest], elapsed: Duration = .zero) -> [Bool] {
        var state = FaultState(plan)
        return requests.map { state.decide($0, elapsed: elapsed).fault != nil }
    }

    @Test func `equal seeds strike equally, others do not`() {
        let requests = Array(repeating: Self.request(), count: 200)
        let rules = [FaultRule(.cut, share: 0.3)]
        let first = struck(FaultPlan(seed: 7, rules: rules), requests)
        #expect(struck(FaultPlan(seed: 7, rules: rules), requests) == first)
        #expect(struck(FaultPlan(seed: 8, rules: rules), requests) != first)
        #expect((30...90).contains(first.count(where: { $0 })))
    }

    /// These are equal on every machine: a seed that somebody noted down is good for ever.
    @Test func `a seed means the same for ever`() {
        let requests = Array(repeating: Self.request(), count: 10)
        let first = struck(FaultPlan(seed: 7, rules: [FaultRule(.cut, share: 0.5)]), requests)
        #expect(first.map { $0 ? 1 : 0 } == [0, 0, 1, 1, 0, 1, 0, 0, 0, 0])
    }

    @Test func `what other requests come in between changes nothing`() {
        let plan = FaultPlan(seed: 7, rules: [FaultRule(.cut, share: 0.5)])
        let (first, second) = (Self.request("GET", "/a"), Self.request("GET", "/b"))
        let alternating = struck(plan, (0..<40).map { $0.isMultiple(of: 2) ? first : second })
        let blocks = struck(plan, Array(repeating: second, count: 20) + Array(repeating: first, count: 20))
        #expect(stride(from: 0, to: 40, by: 2).map { alternating[$0] } == Array(blocks[20...]))
        #expect(stride(from: 1, to: 40, by: 2).map { alternating[$0] } == Array(blocks[..<20]))
    }

    @Test(arguments: [(0.0, 0), (1.0, 50)])
    func `a share of nothing and of everything`(share: Double, expected: Int) {
        let plan = FaultPlan(rules: [FaultRule(.cut, share: share)])
        #expect(struck(plan, Array(repeating: Self.request(), count: 50)).count(where: { $0 }) == expected)
    }

    @Test func `the first are let off, and it ends after its times`() {
        let plan = FaultPlan(rules: [FaultRule(.cut, after: 2, times: 3)])
        let expected = [false, false, true, true, true, false, false]
        #expect(struck(plan, Array(repeating: Self.request(), count: 7)) == expected)
    }

    @Test func `method and path must match, and only what matches is counted`() {
        let plan = FaultPlan(rules: [FaultRule(.cut, method: "POST", path: "/api/v3/core/", after: 1)])
        let requests = [
            Self.request("GET"), Self.request("POST"), Self.request("POST", "/api/v3/flows/"), Self.request("POST"),
            Self.request("POST", "/api/v3/core/applications/?x=1"),
        ]
        #expect(struck(plan, requests) == [false, false, false, true, true])
    }

    @Test func `the first rule that strikes is what happens, a latency beside it`() {
        let second = Duration.seconds(1)
        var state = FaultState(
            FaultPlan(rules: [
                FaultRule(.latency(second...second)), FaultRule(.cut, times: 1), FaultRule(.truncated),
                FaultRule(.latency(second...second)),
            ])
        )
        let first = state.decide(Self.request(), elapsed: .zero)
        #expect(first == .init(delay: second, fault: .cut, faults: [.latency(second...second), .cut]))
        #expect(state.decide(Self.request(), elapsed: .zero).fault == .truncated)
    }

    @Test func `a latency is drawn from its range`() {
        let range = Duration.milliseconds(50)...(.milliseconds(200))
        var state = FaultState(FaultPlan(rules: [FaultRule(.latency(range))]))
        let delays = (0..<50).map { _ in state.decide(Self.request(), elapsed: .zero).delay }
        #expect(delays.allSatisfy { range.contains($0) })
        #expect(Set(delays).count > 40)
    }

    @Test func `starting ends when its time is over`() {
        let plan = FaultPlan(rules: [FaultRule(.starting(.seconds(10)))])
        #expect(struck(plan, [Self.request()], elapsed: .milliseconds(9999)) == [true])
        #expect(struck(plan, [Self.request()], elapsed: .seconds(10)) == [false])
    }

    @Test func `only pages after the first shift`() {
        let plan = FaultPlan(rules: [FaultRule(.shift(.vanish))])
        let targets = ["/a", "/a?page=1", "/a?page_size=2", "/a?page_size=2&page=2", "/a?page=3&page_size=2"]
        #expect(struck(plan, targets.map { Self.request("GET", $0) }) == [false, false, false, true, true])
        #expect(struck(plan, [Self.request("POST", "/a?page=2")]) == [false])
    }

    @Test func `a token is refused only where one was sent`() {
        let plan = FaultPlan(rules: [FaultRule(.revoked)])
        let anonymous = FaultRequest(method: "GET", target: "/api/v3/core/groups/", hasToken: false)
        let requests = [Self.request(), anonymous, Self.request("GET", "/application/o/a/jwks/")]
        #expect(struck(plan, requests) == [true, false, false])
    }

    @Test func `whoever asks whether the sandbox lives is told`() {
        let plan = FaultPlan(rules: [FaultRule(.cut)])
        #expect(struck(plan, [Self.request("GET", "/-/health/live/")]) == [false])
        #expect(struck(plan, [Self.request("GET", "/-/health/ready/")]) == [true])
    }
}
