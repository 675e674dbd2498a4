import Applying
import AuthentikSandbox
import DesiredState
import Foundation
import JSON
import Kinds
import Planning
import Synchronization
import TestSupport
import Testing

/// Random worlds and files that say who may open what: what holds after each write, after one pass, and after passes that
/// were killed anywhere.
///
/// `RECONCILE_WORLDS` and `RECONCILE_SEED` say how many and which, as for ``PropertyTests``; 40 unless told otherwise.
@Suite(.timeLimit(.minutes(60))) struct AccessPropertyTests {
    @Test func `random worlds with access`() async throws {
        try await RandomWorlds.forEach(usual: 40) { try await RandomTrial(seed: $0).run() }
    }
}

/// A random world with access, and a random file for it.
struct AccessWorld {
    var desired: DesiredState
    let worldSeed: UInt64
    var access: RandomAccess

    init(seed: UInt64) {
        var random = RandomSource(seed: seed)
        desired = RandomFile(&random).desired
        worldSeed = random.next()
        access = RandomAccess(seed: seed)
        access.declare(in: &desired)
    }

    func make(_ homelab: Homelab) async throws {
        var access = access
        try await RandomWorld.make(homelab.admin, seed: worldSeed)
        try await access.fill(homelab.sandbox, homelab.admin)
    }
}

private struct RandomTrial: Sendable {
    let seed: UInt64
    let world: AccessWorld

    private var desired: DesiredState { world.desired }
    /// Each slug of a service with those that it had before: it is one application.
    private var slugs: [Set<String>] {
        let declared = desired.services.map { Set([$0.slug] + $0.renamedFrom) }
        let others = (RandomFile.slugs + RandomFile.formerSlugs + ["x", "y"]).filter { slug in
            !declared.contains { $0.contains(slug) }
        }
        return (declared + others.map { [$0] }).map { $0.union($0.map { "\($0)-by-hand" }) }
    }

    init(seed: UInt64) {
        self.seed = seed
        world = AccessWorld(seed: seed)
    }

    func run() async throws {
        var configuration = Sandbox.Configuration(release: world.access.release, token: "sandbox-token")
        let (start, end, requests, writes) = try await whole(configuration)
        configuration.state = start
        var random = RandomSource(seed: seed &* 17 &+ 5)

        // The same world again, in which the process is killed somewhere.
        let killing = Killing(within: requests, &random)
        try await withRandomWorld(configuration) { homelab in
            homelab.sandbox.faults.set(killing.faults)
            _ = try? await homelab.makePass(of: desired).run()
            homelab.sandbox.faults.set(FaultPlan())
            expectNoIntruders(homelab.sandbox.state, start, end.state, "\(killing)")
            _ = try await homelab.makePass(of: desired).run()
            try await expectSame(homelab, end, "\(killing)")
        }

        // Once more: a write lands only after the next pass has looked; what it doubles the one after that corrects.
        let late = Int.random(in: 0..<max(writes, 1), using: &random)
        let delay = random.chance(50) ? 1 : 2
        try await withRandomWorld(configuration) { homelab in
            homelab.sandbox.faults.set(
                FaultPlan(rules: [
                    FaultRule(.revoked, after: requests - writes + late + 1),
                    FaultRule(.late(delay), after: late, times: 1),
                ])
            )
            _ = try? await homelab.makePass(of: desired).run()
            homelab.sandbox.faults.set(FaultPlan())
            for _ in 0..<2 { _ = try await homelab.makePass(of: desired).run() }
            try await expectSame(homelab, end, "write \(late) lands late")
        }
    }

    /// What a pass makes of a world, as far as it does not depend on what Authentik makes up.
    private struct Outcome: Sendable {
        var state: SandboxState
        var authentik: AuthentikState
        /// By slug.
        var bound: [String: [String]]
        var modes: [String: String]
    }

    private func whole(
        _ configuration: Sandbox.Configuration
    ) async throws -> (start: SandboxState, end: Outcome, requests: Int, writes: Int) {
        let recorder = WriteRecorder()
        var configuration = configuration
        configuration.log = recorder.take
        return try await withRandomWorld(configuration) { homelab in
            try await world.make(homelab)
            let start = homelab.sandbox.state
            let before = (try await homelab.rawWorld(), try await homelab.admin.list("policies/bindings/"))
            homelab.sandbox.resetRequests()
            recorder.watch(homelab.sandbox)
            let report = try await homelab.makePass(of: desired).run()
            let (requests, writes) = (homelab.sandbox.requests.count, homelab.writes.count)
            for (number, state) in recorder.states.enumerated() {
                expectNoIntruders(state, start, homelab.sandbox.state, "after write \(number + 1)")
            }
            expectDeclared(homelab.sandbox.state, report)
            try await expectOthersKept(homelab, before.0, before.1, report)
            let plan = try await homelab.makePass(of: desired).plan().plan
            #expect(plan.changing.map(\.slug) == [], "seed \(seed): the second plan is not empty")
            #expect(!plan.changesShared, "seed \(seed): the second plan is not empty")
            return (start, try await outcome(homelab), requests, writes)
        }
    }

    // MARK: - What holds

    /// Nobody may open a service who could not before and may not in the end.
    private func expectNoIntruders(_ state: SandboxState, _ start: SandboxState, _ end: SandboxState, _ place: String) {
        for slugs in slugs {
            let intruders = state.letIn(slugs).subtracting(start.letIn(slugs)).subtracting(end.letIn(slugs))
            if intruders.isEmpty { continue }
            let story = [start, state, end].map { state in slugs.compactMap { state.told($0) }.joined(separator: "; ") }
            Issue.record("seed \(seed): \(place): \(intruders.sorted()) may open it: \(story)")
        }
    }

    /// Who is declared is bound once and as it should be, and the mode is as declared.
    private func expectDeclared(_ state: SandboxState, _ report: PassReport) {
        for outcome in report.outcomes {
            let plan = outcome.plan
            // What cannot be as declared is said, and nothing else fails.
            let said = plan.decision.isStuck ? nil : plan.hindrance
            #expect(outcome.failure?.message == said, "seed \(seed): \(plan.slug)")
            guard let service = desired.services.first(where: { $0.slug == plan.slug }), !plan.decision.isStuck,
                let access = service.access, let standing = plan.access, standing.state != .blocked
            else { continue }
            let bound = state.bindings(of: plan.slug).filter { $0.expires == nil }
            let own = standing.subjects.map { $0.filter { $0 != "'" } }
            for subject in own {
                let found = bound.filter { $0.subject.short == subject }
                #expect(found.count == 1, "seed \(seed): \(plan.slug): \(subject)")
                #expect(found.allSatisfy { $0.isEnabled && !$0.isNegated }, "seed \(seed): \(plan.slug): \(subject)")
            }
            let isHeld = plan.deletion?.isHeld ?? false
            let others = bound.map(\.subject.short).filter { !own.contains($0) }
            #expect(
                others.sorted() == standing.others.map { $0.filter { $0 != "'" } }.sorted(),
                "seed \(seed): \(plan.slug): others"
            )
            guard let subjects = access.subjects else { continue }
            if subjects.isExclusive, !isHeld, standing.state != .blocked {
                #expect(others == [], "seed \(seed): \(plan.slug)")
            }
            let mode = state.mode(of: plan.slug)?.rawValue
            // Where one was never there it is what it was, or closes.
            let isAsDeclared = standing.complaint.map { !$0.contains("there is no") } ?? true
            #expect(!isAsDeclared || mode == subjects.mode.rawValue, "seed \(seed): \(plan.slug): \(plan.reason)")
            guard standing.state == .closed, others.isEmpty else { continue }
            #expect(state.letIn([plan.slug]) == [], "seed \(seed): \(plan.slug) is not closed")
        }
    }

    /// What is not this owner's stays as it is, bindings among it.
    private func expectOthersKept(
        _ homelab: Homelab,
        _ before: RawWorld,
        _ bindings: [JSONValue],
        _ report: PassReport
    ) async throws {
        let after = try await homelab.rawWorld()
        let protected = Protected(before, desired)
        let kept = Protected(after, of: protected)
        #expect(kept.applications == protected.applications, "seed \(seed): an application that is not ours changed")
        #expect(kept.providers == protected.providers, "seed \(seed): a provider that is not ours changed")
        #expect(kept.marks == protected.marks, "seed \(seed): a mark that is not ours changed")
        let left = Set(try await homelab.admin.list("policies/bindings/").map(\.itself))
        for binding in bindings where !left.contains(binding.itself) {
            let target = binding["target"]?.string ?? ""
            guard let application = before.applications[target] else {
                Issue.record("seed \(seed): a binding of no application changed")
                continue
            }
            if after.applications[target] == nil { continue }
            if mayChange(binding, of: application, before.marks[target]) { continue }
            let slug = application["slug"]?.string ?? ""
            Issue.record("seed \(seed): a binding of '\(slug)' that is not ours changed: \(binding.itself)")
        }
    }

    private func mayChange(_ binding: JSONValue, of application: JSONValue, _ attributes: JSONValue?) -> Bool {
        if binding["expiring"] == true { return false }
        let slug = application["slug"]?.string ?? ""
        var mark: OwnershipMark?
        if let attributes, case .mark(let read) = OwnershipMark.read(attributes) { mark = read }
        let service = desired.services.first { service in
            let slugs = [service.slug] + service.renamedFrom
            return slugs.contains(slug) || mark.map { slugs.contains($0.slug) } ?? false
        }
        guard let access = service?.access else { return false }
        let names = SubjectKind.allCases.compactMap { kind -> (SubjectKind, String, String)? in
            guard let pk = binding[kind.rawValue], !pk.isNull else { return nil }
            let object = binding["\(kind.rawValue)_obj"]
            let name = object?["username"]?.string ?? object?["name"]?.string ?? ""
            return (kind, name, pk.string ?? "\(pk.integer ?? 0)")
        }
        guard let (kind, name, pk) = names.first else { return false }
        if name == ExpressionPolicy.nobodyName || access.subjects?.isExclusive == true { return true }
        // What is bound twice collapses, whoever bound it again.
        let isTold = (mark?.access ?? []).contains {
            $0.binding == binding["pk"]?.string || $0.subject == BindingSubject(kind, pk: pk)
        }
        return isTold || access.subjects?.list.contains { $0.kind == kind && $0.name == name } == true
    }

    // MARK: - What comes out

    private func outcome(_ homelab: Homelab) async throws -> Outcome {
        let state = homelab.sandbox.state
        let slugs = Set(slugs.flatMap(\.self)).filter { state.mode(of: $0) != nil }
        return Outcome(
            state: state,
            authentik: PropertyTests.comparable(try await homelab.state()).withoutBindingPKs,
            bound: Dictionary(uniqueKeysWithValues: slugs.map { ($0, state.bound($0).sorted()) }),
            modes: Dictionary(uniqueKeysWithValues: slugs.map { ($0, state.mode(of: $0)?.rawValue ?? "") })
        )
    }

    private func expectSame(_ homelab: Homelab, _ end: Outcome, _ place: String) async throws {
        let other = try await outcome(homelab)
        let difference = other.authentik.difference(from: end.authentik)
        #expect(difference == [], "seed \(seed): \(place): another world comes out")
        #expect(other.bound == end.bound, "seed \(seed): \(place): other bindings come out")
        #expect(other.modes == end.modes, "seed \(seed): \(place): other modes come out")
    }
}

/// Keeps what a sandbox holds after each write.
final class WriteRecorder: Sendable {
    private let sandbox = Mutex<Sandbox?>(nil)
    private let kept = Mutex<[SandboxState]>([])

    func watch(_ sandbox: Sandbox) { self.sandbox.withLock { $0 = sandbox } }

    @Sendable func take(_ request: RequestLogEntry) {
        guard request.isWrite, let state = sandbox.withLock({ $0 })?.state else { return }
        kept.withLock { $0.append(state) }
    }

    var states: [SandboxState] { kept.withLock { $0 } }

    /// The states after the writes of a pass.
    func states(of pass: () async throws -> Void) async throws -> [SandboxState] {
        kept.withLock { $0 = [] }
        try await pass()
        return states
    }
}

extension SandboxState {
    /// Who is bound, for the message of a failure; nil if there is no such application.
    fileprivate func told(_ slug: String) -> String? { mode(of: slug).map { "\(slug): \($0) of \(bound(slug))" } }
}

extension JSONValue {
    /// A binding without what is nested in it: a policy tells what else it is bound to.
    fileprivate var itself: JSONValue { .object((object ?? [:]).filter { !$0.key.hasSuffix("_obj") }) }
}

extension AuthentikState {
    /// Without the pks of bindings in marks, and where they stand: that depends on which others were there at the time.
    var withoutBindingPKs: AuthentikState {
        var state = self
        state.marks = marks.map { mark in
            guard var attributes = mark.object, let access = attributes["access"]?.array else { return mark }
            let names = access.map { entry -> String in
                let kind = SubjectKind.allCases.first { entry[$0.rawValue] != nil } ?? .group
                return "\(kind.rawValue) \(entry[kind.rawValue]?.string ?? "")" + (entry["binding"] == nil ? " ?" : "")
            }
            attributes["access"] = .array(names.sorted().map(JSONValue.string))
            return .object(attributes)
        }
        return state
    }
}
