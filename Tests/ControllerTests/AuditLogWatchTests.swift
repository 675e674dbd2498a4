import Base
import FoundationEssentials
import Kinds
import Planning
import Synchronization
import Testing

@testable import Applying
@testable import AuthentikAPI
@testable import Controller
@testable import Status

/// What the audit log says of changes to one application.
@Suite(.timeLimit(.minutes(60))) struct AuditLogWatchTests {
    private let watch = AuditLogWatch(isOwn: { $0 == "own" })
    private let log = Log()

    /// An audit log, the newest entry first.
    private final class Log: Sendable {
        private let entries = Mutex<[AuditEvent]>([])
        private let reads = Mutex<[Int]>([])

        var counts: [Int] { reads.withLock { $0 } }

        func add(
            _ pk: String,
            of object: String = "app",
            model: (app: String, name: String) = ("authentik_core", "application"),
            by username: String? = "akadmin",
            request: String = "r",
            isDeletion: Bool = false,
            behind later: Int = 0
        ) {
            let event = AuditEvent(
                pk: pk,
                username: username,
                created: Date(timeIntervalSince1970: 1_800_000_000),
                app: model.app,
                modelName: model.name,
                objectPK: object,
                requestID: request,
                isDeletion: isDeletion
            )
            entries.withLock { $0.insert(event, at: later) }
        }

        func remove(_ pk: String) { entries.withLock { $0.removeAll { $0.pk == pk } } }

        @Sendable func read(_ count: Int) async throws -> [AuditEvent] {
            reads.withLock { $0.append(count) }
            return entries.withLock { Array($0.prefix(count)) }
        }
    }

    private func manage() async {
        var objects = ManagedObjects()
        objects.add(MadeObjects(application: "app"), for: "grafana")
        await watch.manage(objects)
    }

    private func isChanged() async throws -> Bool { try await watch.look(log.read) != nil }

    @Test func `the first look remembers where the log ends`() async throws {
        await manage()
        log.add("1")
        #expect(try await !isChanged())
        #expect(try await !isChanged())
        #expect(log.counts == [10, 10])
    }

    @Test func `a log that was empty, and is full now, may not show all that changed`() async throws {
        await manage()
        #expect(try await watch.look(log.read) == nil)
        for number in 1...100 { log.add("\(number)", of: "something else") }
        #expect(try await watch.look(log.read) == .everything)
    }

    @Test func `a change by somebody else, with its author, is told once`() async throws {
        await manage()
        #expect(try await !isChanged())
        log.add("1")
        #expect(try await isChanged())
        #expect(log.counts == [10, 10])
        #expect(await watch.takeAuthors().services.mapValues(\.username) == ["grafana": "akadmin"])
        #expect(await watch.takeAuthors() == DriftAuthors())
        #expect(try await !isChanged())
    }

    @Test func `what this process wrote, and what is not managed, is no change`() async throws {
        await manage()
        #expect(try await !isChanged())
        log.add("1", request: "own")
        log.add("2", of: "other")
        #expect(try await !isChanged())
        log.add("3", by: nil)
        #expect(try await isChanged())
        #expect(await watch.takeAuthors() == DriftAuthors())
    }

    /// Of a binding an entry does not tell what it is bound to.
    @Test func `who made a binding is told once a pass has seen whose it is`() async throws {
        let bound = { (binding: String?) throws -> ManagedObjects in
            var observed = ObservedState(release: try #require(Release("2025.12.4")))
            observed.applications = [Application(pk: "app", slug: "grafana", name: "Grafana")]
            let subject = BindingSubject(.group, pk: "g")
            observed.access = ObservedAccess(
                bindings: binding.map { [PolicyBinding(pk: $0, target: "app", subject: subject)] } ?? []
            )
            let plan = Plan(services: [ServicePlan(slug: "grafana", decision: .inSync, reason: "as declared")])
            return ManagedObjects(plan, observed, owner: "homelab", access: [.group: []])
        }
        await watch.manage(try bound(nil))
        #expect(try await !isChanged())
        log.add("1", of: "b1", model: ("authentik_policies", "policybinding"), by: "eve")
        #expect(try await isChanged())
        #expect(await watch.takeAuthors() == DriftAuthors())
        await watch.manage(try bound("b-1"))
        #expect(await watch.takeAuthors().services.mapValues(\.username) == ["grafana": "eve"])
        await watch.manage(try bound("b-1"))
        #expect(await watch.takeAuthors() == DriftAuthors())
    }

    @Test func `what changed is told by service`() async throws {
        var objects = ManagedObjects()
        objects.add(MadeObjects(application: "app", provider: 7), for: "grafana")
        objects.add(MadeObjects(application: "app2", mark: "m2"), for: "wiki")
        await watch.manage(objects)
        #expect(try await !isChanged())
        log.add("1")
        log.add("2", of: "m2", model: ("authentik_core", "applicationentitlement"))
        log.add("3", of: "other")
        #expect(try await watch.look(log.read) == .services(["grafana", "wiki"]))
        log.add("4", of: "app2", isDeletion: true)
        log.add("5", of: "7", model: ("authentik_providers_oauth2", "oauth2provider"), isDeletion: true)
        let both = ChangedServices(["grafana", "wiki"], deleted: ["app2"])
        #expect(try await watch.look(log.read) == .services(both))
    }

    /// Whatever belongs to no service concerns any of them.
    @Test func `what cannot be mapped to services is everything`() async throws {
        var observed = ObservedState(release: try #require(Release("2025.12.4")))
        observed.applications = [Application(pk: "app", slug: "grafana", name: "Grafana")]
        observed.groups = [Group(pk: "g", name: "admins")]
        observed.access = ObservedAccess(
            bindings: [PolicyBinding(pk: "b", target: "app", subject: BindingSubject(.group, pk: "g"))]
        )
        let plan = Plan(services: [ServicePlan(slug: "grafana", decision: .inSync, reason: "as declared")])
        let objects = ManagedObjects(plan, observed, owner: "homelab", access: [.group: ["admins"]])
        await watch.manage(objects)
        #expect(try await !isChanged())
        let binding = ("authentik_policies", "policybinding")
        for (object, model, scope) in [
            ("g", ("authentik_core", "group"), PassScope.everything), ("b", binding, .services(["grafana"])),
            ("new", binding, .everything),
        ] {
            log.add("\(object) 1")
            log.add("\(object) 2", of: object, model: model)
            #expect(try await watch.look(log.read) == scope, "\(object)")
        }
    }

    @Test(arguments: [1, 9, 10, 11])
    func `a second request is for more than the first one shows`(entries: Int) async throws {
        await manage()
        log.add("0")
        #expect(try await !isChanged())
        for number in 1..<entries { log.add("\(number)", of: "other") }
        log.add("last")
        #expect(try await watch.look(log.read) == .services(["grafana"]))
        #expect(log.counts == (entries < 9 ? [10, 10] : [10, 10, 100]))
    }

    /// - Parameter others: how many are stored together with it, all of them later than what was seen.
    @Test(arguments: [1, 4, 9, 40])
    func `an entry that is stored after a later one was seen is new all the same, once`(others: Int) async throws {
        await manage()
        for number in 1...60 { log.add("\(number)", of: "other") }
        #expect(try await !isChanged())
        log.add("late", behind: 1)
        for number in 1...others { log.add("other \(number)", of: "other") }
        #expect(try await isChanged())
        #expect(try await !isChanged())
        #expect(log.counts == (others <= 4 ? [10, 10, 10] : [10, 10, 100, 10]))
    }

    @Test func `an old entry that comes into sight because others were deleted is not new`() async throws {
        await manage()
        log.add("old")
        for number in 1...10 { log.add("\(number)", of: "other") }
        #expect(try await !isChanged())
        log.remove("5")
        #expect(try await !isChanged())
        log.remove("10")
        #expect(try await !isChanged())
    }

    @Test(arguments: [99, 100, 101, 250])
    func `what a page does not reach back to may be anything`(entries: Int) async throws {
        await manage()
        log.add("0")
        #expect(try await !isChanged())
        for number in 1...entries { log.add("\(number)", of: "other") }
        #expect(try await watch.look(log.read) == (entries < 100 ? nil : .everything))
        #expect(try await !isChanged())
        log.add("next")
        #expect(try await watch.look(log.read) == .services(["grafana"]))
    }

    @Test func `the last one who changed it counts`() async throws {
        await manage()
        #expect(try await !isChanged())
        log.add("1", by: "a")
        log.add("2", by: "b")
        #expect(try await isChanged())
        #expect(await watch.takeAuthors().services["grafana"]?.username == "b")
    }
}

@Suite(.timeLimit(.minutes(60))) struct SharedRunTests {
    /// Something that is done when the test says so.
    private final class Work: Sendable {
        let shared = SharedRun<Int>()
        private let begun: AsyncStream<Int>
        private let begin: AsyncStream<Int>.Continuation
        private let ends: AsyncStream<Void>
        private let end: AsyncStream<Void>.Continuation
        private let runs = Mutex(0)
        let cancelled = Mutex(0)

        init() {
            (begun, begin) = AsyncStream.makeStream(of: Int.self)
            (ends, end) = AsyncStream.makeStream(of: Void.self)
        }

        /// How many times it was begun.
        var count: Int { runs.withLock { $0 } }

        /// The number of the run.
        func value() async throws -> Int {
            try await shared.value {
                let number = self.runs.withLock { runs in
                    runs += 1
                    return runs
                }
                self.begin.yield(number)
                for await _ in self.ends { break }
                if Task.isCancelled { self.cancelled.withLock { $0 += 1 } }
                try Task.checkCancellation()
                return number
            }
        }

        func waitForBegin() async { _ = await begun.first { _ in true } }
        func finish() { end.yield() }
    }

    /// Lets tasks that have nothing to wait for go on until they wait.
    private func settle() async { for _ in 0..<1000 { await Task.yield() } }

    @Test func `who wants it at the same time gets the same`() async throws {
        let work = Work()
        async let one = work.value()
        await work.waitForBegin()
        async let other = work.value()
        await settle()
        work.finish()
        #expect(try await [one, other] == [1, 1])
        async let later = work.value()
        await work.waitForBegin()
        work.finish()
        #expect(try await later == 2)
    }

    @Test(arguments: [true, false])
    func `who is cancelled waits no longer, and the other goes on`(isFirst: Bool) async throws {
        let work = Work()
        let one = Task { try await work.value() }
        await work.waitForBegin()
        let other = Task { try await work.value() }
        await settle()
        (isFirst ? one : other).cancel()
        await #expect(throws: CancellationError.self) { try await (isFirst ? one : other).value }
        work.finish()
        #expect(try await (isFirst ? other : one).value == 1)
        #expect(work.count == 1)
        #expect(work.cancelled.withLock { $0 } == 0)
    }

    @Test func `when nobody waits any more it is cancelled, and the next one begins anew`() async throws {
        let work = Work()
        let one = Task { try await work.value() }
        await work.waitForBegin()
        one.cancel()
        await #expect(throws: CancellationError.self) { try await one.value }
        while work.cancelled.withLock({ $0 }) == 0 { await Task.yield() }
        #expect(work.count == 1)
        let late = Task { try await work.value() }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test func `who is cancelled already begins nothing`() async {
        let work = Work()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await work.value()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(work.count == 0)
    }
}
