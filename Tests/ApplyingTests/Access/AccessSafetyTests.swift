import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import SecretSources
import TestSupport
import Testing

/// A change of who may open a service, which a pass can be stopped in at any moment.
struct Transition: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What was declared, and done, before; nil for nothing.
    var before: Service?
    /// What somebody did by hand then.
    var tamper: @Sendable (Homelab) async throws -> Void
    var after: Service
    /// What the file may say by the time of the next pass; nil for nothing of it.
    var later: [Service?]
    /// What others bound, and stays.
    var others: [String]
    /// Groups that the file makes.
    var groups: [String]

    init(
        _ name: String,
        _ before: Service?,
        to after: Service,
        later: [Service?] = [],
        others: [String] = [],
        groups: [String] = [],
        tamper: @escaping @Sendable (Homelab) async throws -> Void = { _ in }
    ) {
        testDescription = name
        self.before = before
        self.tamper = tamper
        self.after = after
        self.later = later
        self.others = others
        self.groups = groups
    }

    private static func oidc(_ access: Access?) -> Service { .oidc("wiki", access) }
    private static func bookmark(_ access: Access?) -> Service { .bookmark("wiki", access) }

    static let new = [
        Transition(
            "new, with a provider",
            nil,
            to: oidc(.all(.group("a"), .group("b"))),
            later: [nil, oidc(.any(.group("c"))), oidc(.everyone), oidc(.any(.group("guests")))]
        ),
        Transition(
            "new, without one",
            nil,
            to: bookmark(.all(.group("a"), .group("b"))),
            later: [nil, bookmark(.any(.group("c"))), bookmark(.everyone), bookmark(.any(.group("guests")))]
        ),
        Transition(
            "new, without one, and never adopted",
            nil,
            to: bookmark(.all(.group("a"), .user("c"))).adopting(.never),
            later: [nil]
        ),
        Transition(
            "new, with a provider that is there",
            nil,
            to: oidc(.any(.group("a"), .group("b"))),
            later: [nil, oidc(.any(.group("b"), .group("c"))), bookmark(.any(.group("c")))]
        ) { try await $0.admin.makeProvider("wiki") },
        Transition(
            "new, without one, and open to a group that is made for it",
            nil,
            to: bookmark(.any(.group("new"), .group("a"))),
            later: [nil, bookmark(.any(.group("c")))],
            groups: ["new"]
        ),
        Transition(
            "its provider is gone",
            oidc(.any(.group("a"))),
            to: oidc(.any(.group("b"))),
            later: [oidc(.any(.group("c")))]
        ) { try await $0.admin.deleteProvider("wiki") },
        Transition(
            "adopted, and bound by others",
            nil,
            to: oidc(.any(.group("a"))),
            later: [oidc(.any(.group("c")))],
            others: ["group b"]
        ) { homelab in
            try await homelab.admin.send("POST", "core/applications/", ["name": "Wiki", "slug": "wiki"])
            homelab.sandbox.change { $0.bind("wiki", to: .init(.group("b"))) }
        },
        Transition(
            "adopted, and open to everybody",
            nil,
            to: bookmark(.all(.group("a"), .group("b"))),
            later: [bookmark(.any(.group("c")))]
        ) {
            let body: JSONValue = ["name": "Wiki", "slug": "wiki", "meta_launch_url": "https://else.example"]
            try await $0.admin.send("POST", "core/applications/", body)
        },
        Transition(
            "adopted, and nothing to open yet",
            nil,
            to: oidc(.any(.group("a"))),
            later: [oidc(.any(.group("c"))), oidc(.any(.group("guests")))]
        ) { try await $0.admin.send("POST", "core/applications/", ["name": "Wiki", "slug": "wiki"]) },
    ]

    static let changes = [
        Transition(
            "any of a, then of b",
            oidc(.any(.group("a"))),
            to: oidc(.any(.group("b"))),
            later: [oidc(.any(.group("a"))), oidc(.any(.group("a"), .group("c"))), oidc(.everyone), oidc(nil)]
        ),
        Transition(
            "any of a and b, then all of a and c",
            oidc(.any(.group("a"), .group("b"))),
            to: oidc(.all(.group("a"), .group("c"))),
            later: [oidc(.any(.group("a"), .group("b"))), oidc(.any(.group("c")))]
        ),
        Transition(
            "all of a and b, then any of b and c",
            oidc(.all(.group("a"), .group("b"))),
            to: oidc(.any(.group("b"), .group("c"))),
            later: [oidc(.all(.group("a"), .group("b"))), oidc(.all(.group("c"), .policy("yes")))]
        ),
        Transition(
            "all of others",
            oidc(.all(.group("a"), .group("b"))),
            to: oidc(.all(.group("c"), .policy("yes"), .user("abc"))),
            later: [oidc(.all(.group("a"), .group("b")))]
        ),
        Transition("everyone, then any", bookmark(.everyone), to: bookmark(.any(.group("a"), .group("b")))),
        Transition("everyone, then all", bookmark(.everyone), to: bookmark(.all(.group("a"), .group("b")))),
        Transition("unsaid, then all", oidc(nil), to: oidc(.all(.group("a"), .group("b"))), later: [oidc(nil)]),
        Transition(
            "all, then everyone",
            oidc(.all(.group("a"), .group("b"))),
            to: oidc(.everyone),
            later: [oidc(.all(.group("a"), .group("b")))]
        ),
        Transition(
            "a group that is made for it",
            oidc(.any(.group("a"))),
            to: oidc(.any(.group("new"))),
            later: [oidc(.any(.group("c")))],
            groups: ["new"]
        ),
        Transition(
            "renamed at the same time",
            bookmark(.any(.group("a"))),
            to: .bookmark("docs", .all(.group("b"), .group("c"))).renamed(from: "wiki"),
            later: [.bookmark("docs", .any(.group("a"))).renamed(from: "wiki")]
        ),
        Transition(
            "renamed, with nothing to open before",
            .oidc("wiki", nil),
            to: .oidc("docs", .any(.group("a"))).renamed(from: "wiki")
        ) { try await $0.admin.changeApplication("wiki", ["provider": .null, "meta_launch_url": ""]) },
        Transition(
            "others are not let in any more",
            oidc(.all(.group("a"))),
            to: oidc(.any(.group("b"), exclusive: true)),
            later: [oidc(.any(.group("c"), exclusive: true))]
        ) { homelab in homelab.sandbox.change { $0.bind("wiki", to: .init(.group("c"), order: -1)) } },
    ]

    static let vanishing = [
        Transition(
            "any, and none is left",
            oidc(.any(.group("a"))),
            to: oidc(.any(.group("a"))),
            later: [oidc(.any(.group("b"))), oidc(.any(.group("a"), .group("guests")))]
        ) { try await $0.deleteGroup("a") },
        Transition(
            "any, and one is left",
            oidc(.any(.group("a"), .group("b"))),
            to: oidc(.any(.group("a"), .group("b"))),
            later: [oidc(.any(.group("c")))]
        ) { try await $0.deleteGroup("a") },
        Transition(
            "all, and one is left",
            oidc(.all(.group("a"), .group("b"))),
            to: oidc(.all(.group("a"), .group("b"))),
            later: [oidc(.any(.group("c"))), oidc(.all(.group("b"), .group("guests")))]
        ) { try await $0.deleteGroup("a") },
        Transition(
            "any, and back",
            oidc(.any(.group("a"))),
            to: oidc(.any(.group("a"))),
            later: [oidc(.any(.group("b")))]
        ) { try await $0.close(oidc(.any(.group("a"))), reopen: true) },
        Transition(
            "all, and back",
            oidc(.all(.group("a"), .group("b"))),
            to: oidc(.all(.group("a"), .group("b"))),
            later: [oidc(.any(.group("a"), .group("b")))]
        ) { try await $0.close(oidc(.all(.group("a"), .group("b"))), reopen: true) },
        Transition(
            "closed, and opened to others",
            oidc(.all(.group("a"), .group("b"))),
            to: oidc(.any(.group("b"), .group("c")))
        ) { try await $0.close(oidc(.all(.group("a"), .group("b")))) },
        Transition(
            "closed, and the closing policy lets in",
            oidc(.any(.group("a"))),
            to: oidc(.any(.group("a"))),
            later: [oidc(.any(.group("b")))]
        ) { homelab in
            try await homelab.close(oidc(.any(.group("a"))))
            homelab.sandbox.change { $0.addExpressionPolicy(ExpressionPolicy.nobodyName, "return True") }
        },
        Transition(
            "closed, and the closing policy is gone",
            oidc(.any(.group("a"))),
            to: oidc(.any(.group("a"))),
            later: [oidc(.any(.group("b")))]
        ) { homelab in
            try await homelab.close(oidc(.any(.group("a"))))
            let pk = try await homelab.policy(ExpressionPolicy.nobodyName)["pk"]?.string ?? ""
            try await homelab.admin.send("DELETE", "policies/expression/\(pk)/")
        },
    ]

    static let drift = [
        drift("one disabled") { try await $0.changeBinding("wiki", of: "a", ["enabled": false, "order": 0]) },
        drift("both disabled") {
            for group in ["a", "b"] { try await $0.changeBinding("wiki", of: group, ["enabled": false, "order": 0]) }
        },
        drift("one negated") { try await $0.changeBinding("wiki", of: "a", ["negate": true, "order": 0]) },
        drift("both negated") {
            for group in ["a", "b"] { try await $0.changeBinding("wiki", of: group, ["negate": true, "order": 0]) }
        },
        drift("one deleted") { try await $0.deleteBinding("wiki", of: "a") },
        drift("both deleted") { for group in ["a", "b"] { try await $0.deleteBinding("wiki", of: group) } },
        drift("one swapped") {
            let other = try await $0.group("c")["pk"] ?? .null
            try await $0.changeBinding("wiki", of: "a", ["group": other, "order": 0])
        },
        drift("one doubled, negated") { homelab in
            homelab.sandbox.change { $0.bind("wiki", to: .init(.group("a"), order: -1, isNegated: true)) }
        },
        drift("the other mode") {
            let mode = try await $0.admin.application("wiki")["policy_engine_mode"] == "all" ? "any" : "all"
            try await $0.admin.changeApplication("wiki", ["policy_engine_mode": .string(mode)])
        },
    ].flatMap { $0 }

    /// The same in both modes.
    private static func drift(
        _ name: String,
        tamper: @escaping @Sendable (Homelab) async throws -> Void
    ) -> [Transition] {
        [Access.any(.group("a"), .group("b")), .all(.group("a"), .group("b"))].map { access in
            let mode = access.subjects?.mode.rawValue ?? ""
            let later = mode == "all" ? [oidc(.any(.group("b"), .group("c")))] : []
            return Transition("\(name), \(mode)", oidc(access), to: oidc(access), later: later, tamper: tamper)
        }
    }
}

extension Homelab {
    /// Lets the group `a` vanish, and a pass close what it opened.
    fileprivate func close(_ service: Service, reopen: Bool = false) async throws {
        try await deleteGroup("a")
        try await pass(over: service)
        try #require(sandbox.state.bound(service.slug).contains("policy \(ExpressionPolicy.nobodyName)"))
        if reopen { restoreGroup("a") }
    }
}

/// A pass is stopped between any two writes, whatever it is about: nobody is let in whom neither the state before nor the
/// state after lets in, and the next pass finishes it, also when the file says something else by then.
@Suite(.timeLimit(.minutes(60))) struct AccessSafetyTests {
    @Test(arguments: Transition.new + Transition.changes + Transition.vanishing + Transition.drift)
    func `nobody gets in meanwhile`(_ transition: Transition) async throws {
        try await run(transition, .august2026, files: [transition.after] + transition.later)
        // There one of several groups is enough in the mode `all`, too.
        if transition.isAboutAll { try await run(transition, .december2025, files: [transition.after]) }
    }

    /// - Parameter files: what the file may say by the time of the next pass; nil for nothing of it.
    private func run(_ transition: Transition, _ release: Sandbox.Release, files: [Service?]) async throws {
        let recorder = WriteRecorder()
        var configuration = Sandbox.Configuration(release: release, token: "sandbox-token", log: recorder.take)
        configuration.state = .withPeople(release)
        try await withHomelab(configuration: configuration) { homelab in
            recorder.watch(homelab.sandbox)
            let client = try await homelab.makePass(over: []).client
            var trial = Trial(homelab: homelab, client: client, transition: transition, recorder: recorder)
            trial.files = files
            try await trial.run()
        }
    }
}

extension Transition {
    fileprivate var isAboutAll: Bool {
        [before, after].compactMap { $0?.access?.subjects }.contains { $0.mode == .all }
    }
}

/// One transition, stopped everywhere.
private struct Trial {
    let homelab: Homelab
    /// Of all passes, whose connections it keeps.
    let client: AuthentikClient
    let transition: Transition
    let recorder: WriteRecorder
    /// What the file may say by the time of the next pass.
    var files: [Service?] = []

    private static let closing = "policy \(ExpressionPolicy.nobodyName)"

    private var sandbox: Sandbox { homelab.sandbox }
    private var slugs: Set<String> { Set([transition.after.slug, transition.before?.slug].compactMap { $0 }) }

    func run() async throws {
        if let before = transition.before { try await pass(over: before) }
        try await transition.tamper(homelab)
        let start = sandbox.state
        let before = start.letIn(slugs)

        // Where a process is killed that sends one write after the other, it leaves behind what is there after a write.
        let states = try await recorder.states { try await pass(over: transition.after) }
        try await expectDeclared(transition.after, "not stopped")
        try await expectDone(transition.after, "not stopped")
        let allowed = before.union(sandbox.state.letIn(slugs))

        #expect(!states.isEmpty)
        for (number, stopped) in states.enumerated() {
            let place = "stopped after write \(number + 1) of \(states.count)"
            let intruders = stopped.letIn(slugs).subtracting(allowed)
            #expect(intruders == [], "\(place): \(stopped.bound(transition.after.slug))")
            for file in files {
                sandbox.change { $0 = stopped }
                try await goOn(with: file, from: stopped, start, allowed, place)
            }
        }
    }

    /// The next pass, over a file that may be another one by now.
    private func goOn(
        with file: Service?,
        from stopped: SandboxState,
        _ start: SandboxState,
        _ allowed: Set<String>,
        _ place: String
    ) async throws {
        guard let file else { return try await takeAway(place) }
        // What a transaction made and nobody could mark yet counts as somebody else's.
        let slug = slugs.first { stopped.mode(of: $0) != nil } ?? file.slug
        let isUnmarked = stopped.mode(of: slug) == nil ? false : try await homelab.marked(slug) == nil
        let isNew = transition.before == nil && start.mode(of: file.slug) == nil
        let left = isUnmarked && isNew ? stopped.bound(slug) : []
        let report = try await pass(over: file)
        if report.outcomes.contains(where: { $0.plan.access?.state == .blocked || $0.plan.decision == .blocked }) {
            let intruders = sandbox.state.letIn(slugs).subtracting(allowed)
            #expect(intruders == [], "\(place), then \(file.title): \(sandbox.state.bound(file.slug))")
        } else {
            try await expectDeclared(file, "\(place), then \(file.title)", left: left)
        }
    }

    /// The file does not declare it any more: what is marked goes.
    private func takeAway(_ place: String) async throws {
        let slug = transition.after.slug
        guard sandbox.state.mode(of: slug) != nil, try await homelab.admin.mark(of: slug) != nil else { return }
        try await pass(over: .bookmark("else", .everyone))
        #expect(sandbox.state.mode(of: slug) == nil, "\(place), then taken away")
    }

    /// All is bound as a file has it, once, and as it should be; what others bound is there, too.
    ///
    /// - Parameter left: what was bound before the mark could tell of it.
    private func expectDeclared(_ file: Service, _ place: String, left: [String] = []) async throws {
        let state = sandbox.state
        let bound = state.bound(file.slug)
        guard let access = file.access else { return try await expectDone(file, place) }
        var wanted: [String] = []
        if let subjects = access.subjects {
            let there = subjects.list.filter { $0.kind != .group || state.members(of: $0.name) != nil }
            wanted = there.map(\.short)
            let isOneGone = there.count < subjects.list.count
            if isOneGone, subjects.mode == .all || there.isEmpty { wanted.append(Self.closing) }
            #expect(state.mode(of: file.slug)?.rawValue == subjects.mode.rawValue, "\(place)")
            let marked = try await homelab.marked(file.slug)?.filter { !$0.hasSuffix("?") }
            #expect(marked?.sorted() == wanted.sorted(), "\(place): the mark")
        }
        let others = access.subjects?.isExclusive == true ? [] : transition.others + left
        let expected = wanted + others.filter { !wanted.contains($0) }
        #expect(bound.sorted() == expected.sorted(), "\(place)")
        #expect(state.hasSomethingToOpen(file.slug), "\(place)")
        if wanted.contains(Self.closing) {
            let expression = state.expression(of: ExpressionPolicy.nobodyName)
            #expect(expression == ExpressionPolicy.nobodyExpression, "\(place)")
        }
    }

    /// The next pass has nothing to write.
    private func expectDone(_ file: Service, _ place: String) async throws {
        let plan = try await makePass(over: file).plan().plan
        #expect(plan.changing.map(\.reason) == [], "\(place)")
        #expect(!plan.changesShared, "\(place)")
    }

    /// One pass, write after write.
    @discardableResult
    private func pass(over file: Service) async throws -> PassReport { try await makePass(over: file).run() }

    private func makePass(over file: Service) -> Pass {
        var desired = DesiredState(owner: "homelab", services: [file])
        (desired.groups, desired.prune) = (transition.groups, true)
        let resolver = SecretResolver(environment: homelab.secrets)
        var pass = Pass(client: client, desired: desired) { [desired] in await resolver.resolve(desired) }
        pass.concurrency = 1
        return pass
    }
}

extension Service {
    fileprivate var title: String {
        guard let access else { return "unsaid" }
        guard let subjects = access.subjects else { return "everyone" }
        return "\(subjects.mode.rawValue) of \(subjects.list.map(\.short))"
    }
}
