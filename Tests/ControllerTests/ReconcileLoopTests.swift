import Base
import DesiredState
import FoundationEssentials
import KubernetesAPI
import Testing

@testable import Applying
@testable import AuthentikAPI
@testable import Controller
@testable import Status

/// The loop with a clock that stands still: nothing here takes time.
@Suite(.timeLimit(.minutes(60))) struct ReconcileLoopTests {
    // MARK: - When passes come

    @Test func `it begins with a pass, and says at its end what comes next`() async throws {
        try await LoopStory().run { story in
            let pass = await story.authentik.begun()
            let running = await story.status { $0.passes.running != nil }
            #expect(running.passes.running?.triggers == [.start])
            #expect(running.passes.next == nil)
            #expect(pass.desired.services.map(\.slug) == ["docs"])
            pass.end()
            // Never is there neither.
            let ended = await story.status { $0.passes.running == nil }
            #expect(ended.passes.lastSuccess?.number == 1)
            let next = NextPass(at: story.clock.timestamp.advanced(by: .seconds(300)), reason: .interval)
            #expect(ended.passes.next == next)
        }
    }

    @Test func `a pass comes at each interval`() async throws {
        try await LoopStory { $0.interval = .seconds(60) }.run { story in
            await story.pass()
            for number in 2...4 {
                await story.clock.sleeper(for: .seconds(60))
                #expect(story.authentik.count == number - 1)
                story.clock.advance(by: .seconds(60))
                #expect(await story.triggers() == [.interval])
            }
        }
    }

    @Test func `failures back off up to the interval, and a success ends that`() async throws {
        try await LoopStory { $0.interval = .seconds(60) }.run { story in
            for seconds in [5, 10, 20, 40, 60, 60] {
                await story.pass(.failed)
                #expect(story.status.passes.next?.reason == .retry)
                await story.clock.sleeper(for: .seconds(seconds))
                story.clock.advance(by: .seconds(seconds))
            }
            #expect(story.status.state == .unreachable)
            #expect(await story.triggers() == [.retry])
            #expect(story.status.passes.next?.reason == .interval)
            await story.clock.sleeper(for: .seconds(60))
        }
    }

    @Test func `the conflicting changes' pause is the detector's, and its end brings a pass`() async throws {
        try await LoopStory { $0.interval = .seconds(3600) }.run { story in
            await story.pass(.inSync)
            for _ in 1...3 {
                await story.loop.ask(.signal)
                #expect(await story.pass(.drift()).paused == [])
            }
            #expect(story.status.totals.contested == 1)
            await story.loop.ask(.signal)
            let paused = await story.pass(.drift(isPaused: true))
            #expect(paused.paused == ["docs"])
            #expect(story.status.services.first?.state == .drifted)
            #expect(story.status.passes.next?.reason == .contest)
            await story.clock.sleeper(for: ContestDetector.firstPause)
            story.clock.advance(by: ContestDetector.firstPause)
            let correcting = await story.pass(.drift())
            #expect(correcting.paused == [])
            #expect(story.status.passes.lastAttempt?.triggers == [.contest])
        }
    }

    @Test func `blueprints are looked up only where they conflict and the audit log has no author`() async throws {
        try await LoopStory { $0.interval = .seconds(3600) }.run { story in
            await story.pass(.inSync)
            func drift(_ author: DriftAuthor? = nil) async {
                if let author { story.authentik.changed("docs", by: author) }
                let applied = AppliedBlueprint(pk: "b", name: "b", path: "", appliedAt: story.clock.timestamp.date)
                story.authentik.applies([applied])
                await story.loop.ask(.signal)
                await story.pass(.drift())
            }
            for _ in 1...2 { await drift() }
            #expect(story.authentik.blueprintLooks == 0)
            await drift()
            #expect(story.authentik.blueprintLooks == 1)
            #expect(story.status.services.first?.contest?.blueprints?.map(\.name) == ["b"])
            #expect(story.status.services.first?.lastDrift?.blueprints?.map(\.name) == ["b"])
            await drift(DriftAuthor(username: "akadmin", at: story.clock.timestamp))
            #expect(story.authentik.blueprintLooks == 1)
            #expect(story.status.services.first?.contest?.blueprints == nil)
        }
    }

    // MARK: - What asks for passes

    @Test func `SIGHUP asks for a pass, which reads the file at once`() async throws {
        try await LoopStory().run { story in
            await story.pass()
            try story.write(LoopStory.services.replacing("docs", with: "another"))
            #expect(await story.loop.ask(.signal) == 2)
            let pass = await story.pass()
            #expect(pass.desired.services.map(\.slug) == ["another"])
            #expect(story.status.passes.lastAttempt?.triggers == [.signal])
        }
    }

    @Test func `everybody who waits for a pass gets its end`() async throws {
        try await LoopStory().run { story in
            let first = await story.authentik.begun()
            let number = await story.loop.ask(.request)
            #expect(number == 2)
            #expect(await story.loop.ask(.request) == number)
            async let one = story.loop.answer(to: number)
            async let other = story.loop.answer(to: number)
            async let running = story.loop.answer(to: 1)
            while await story.loop.waiting < 3 { await Task.yield() }
            first.end()
            #expect(await running?.pass.number == 1)
            #expect(await running?.report != nil)
            #expect(await story.triggers() == [.request])
            #expect(await one?.pass.number == number)
            #expect(await other?.pass.number == number)
            // Who comes late gets it, too.
            #expect(await story.loop.answer(to: 1)?.pass.number == number)
            #expect(story.authentik.count == 2)
        }
    }

    @Test func `a request that comes soon after another waits, and then begins by itself`() async throws {
        try await LoopStory().run { story in
            await story.pass()
            await story.loop.ask(.request)
            #expect(await story.triggers() == [.request])
            await story.loop.ask(.request)
            await story.clock.sleeper(for: .seconds(1))
            #expect(story.authentik.count == 2)
            story.clock.advance(by: .seconds(1))
            #expect(await story.triggers() == [.request])
        }
    }

    @Test func `a request that fails is told why`() async throws {
        try await LoopStory().run { story in
            await story.pass()
            async let answer = story.loop.answer(to: story.loop.ask(.request))
            await story.pass(.failed)
            #expect(await answer?.pass.result == .failed)
            #expect(await answer?.pass.error == "nobody answers")
            #expect(await answer?.report == nil)
        }
    }

    @Test func `a change of the file, once it rests`() async throws {
        try await LoopStory().run { story in
            await story.pass()
            try story.write(LoopStory.services.replacing("docs", with: "another"))
            await story.lookAtFiles(1)
            #expect(story.authentik.count == 1)
            await story.lookAtFiles(1)
            let pass = await story.pass()
            #expect(story.status.passes.lastAttempt?.triggers == [.file])
            #expect(pass.desired.services.map(\.slug) == ["another"])
            #expect(story.status.file.loadedAt == story.clock.timestamp)
        }
    }

    @Test func `a file that turns invalid leaves the last good one in force`() async throws {
        try await LoopStory().run { story in
            await story.pass()
            let hash = story.status.file.hash
            try story.write("services: [")
            await story.lookAtFiles()
            let pass = await story.pass(.inSync)
            #expect(pass.desired.services.map(\.slug) == ["docs"])
            #expect(story.status.state == .invalidFile)
            #expect(!story.status.file.isValid)
            #expect(story.status.file.hash == hash)
            try story.write(LoopStory.services)
            await story.lookAtFiles()
            await story.pass(.inSync)
            #expect(story.status.file.isValid)
            #expect(story.status.state == .inSync)
        }
    }

    @Test(arguments: [("token", Trigger.token), ("secret", .secret)])
    func `a change of the token's file, and of a secret's`(_ name: String, _ trigger: Trigger) async throws {
        let text = """
            apiVersion: reconcile/v1
            owner: homelab
            services:
              - {slug: wiki, host: h.example, redirectPath: /c, secretRef: {file: "FOLDER/secret"}}
            """
        try await LoopStory(text: text).run { story in
            await story.pass()
            try story.write("another one", to: name)
            await story.lookAtFiles()
            #expect(await story.triggers() == [trigger])
        }
    }

    @Test func `a change of a Kubernetes Secret that the file names`() async throws {
        let text = """
            apiVersion: reconcile/v1
            owner: homelab
            services:
              - {slug: wiki, host: h.example, redirectPath: /c, secretRef: {kubernetes: {namespace: a, name: b, key: c}}}
            """
        let object = ObjectName(namespace: "a", name: "b")
        try await LoopStory(text: text).run { story in
            await story.pass()
            await story.clock.sleeper(for: .seconds(1))
            story.clock.advance(by: .seconds(1))
            while story.kubernetes.followed.isEmpty { await Task.yield() }
            #expect(story.kubernetes.followed == [[object]])
            story.kubernetes.changes(object)
            #expect(await story.triggers() == [.secret])
            try story.write(LoopStory.services)
            await story.loop.ask(.signal)
            await story.pass()
            await story.clock.sleeper(for: .seconds(1))
            story.clock.advance(by: .seconds(1))
            while story.kubernetes.followed.count < 2 { await Task.yield() }
            #expect(story.kubernetes.followed == [[object], []])
        }
    }

    // MARK: - The audit log

    /// Lets the time come at which the audit log is looked at.
    private func lookAtAuditLog(_ story: LoopStory) async {
        await story.clock.sleeper(for: .seconds(5))
        story.clock.advance(by: .seconds(5))
        await story.clock.sleeper(for: .seconds(5))
    }

    /// What the next pass looks at because of that.
    @Test(arguments: [
        (PassScope?.none, PassScope?.none), (.services(["wiki"]), .services(["wiki"])),
        (.services(["docs", "wiki"]), .everything), (.everything, .everything),
    ])
    func `what others change while a service is looked at`(changed: PassScope?, next: PassScope?) async throws {
        try await LoopStory().run { story in
            await story.pass(.inSync)
            story.authentik.auditLog { .services(["docs"]) }
            await lookAtAuditLog(story)
            let pass = await story.authentik.begun()
            #expect(pass.scope == .services(["docs"]))
            story.authentik.auditLog { changed }
            pass.end(.looked(at: 1))
            if let next {
                let second = await story.authentik.begun()
                #expect(second.scope == next)
                story.authentik.auditLog { nil }
                second.end(.looked(at: 1))
            }
            let status = await story.status { $0.passes.running == nil && $0.passes.lastAttempt?.scope == .services }
            #expect(status.passes.lastAttempt?.servicesRead == 1)
            #expect(status.passes.lastFullPassAt != nil)
            #expect(status.passes.interval == IntervalStatus(seconds: 300, reason: .given))
        }
    }

    @Test func `a change by somebody else, with its author`() async throws {
        try await LoopStory().run { story in
            await story.pass(.inSync)
            #expect(story.status.authentik.isAuditLogWatched == true)
            #expect(story.authentik.looks == 1)
            await lookAtAuditLog(story)
            #expect(story.authentik.looks == 2)
            #expect(story.authentik.count == 1)
            let author = DriftAuthor(username: "akadmin", at: story.clock.timestamp)
            story.authentik.changed("docs", by: author)
            story.authentik.auditLog { .everything }
            await lookAtAuditLog(story)
            await story.pass(.drift())
            #expect(story.status.passes.lastAttempt?.triggers == [.authentik])
            #expect(story.status.services.first?.lastDrift?.by == author)
        }
    }

    @Test func `while a pass runs it is not looked at beside`() async throws {
        try await LoopStory().run { story in
            await story.pass()
            await story.loop.ask(.signal)
            let pass = await story.authentik.begun()
            let looks = story.authentik.looks
            await lookAtAuditLog(story)
            #expect(story.authentik.looks == looks)
            pass.end()
        }
    }

    @Test func `an Authentik that goes away is told, and a pass tries whether it is back`() async throws {
        struct Gone: Error {}
        try await LoopStory().run { story in
            await story.pass(.inSync)
            story.authentik.auditLog { throw Gone() }
            await lookAtAuditLog(story)
            let pass = await story.authentik.begun()
            #expect(story.status.authentik.isReachable == false)
            #expect(story.status.state == .unreachable)
            pass.end(.failed)
            await story.status { $0.passes.lastAttempt?.number == 2 }
            #expect(story.status.passes.lastAttempt?.triggers == [.authentik])
            // Until a pass finds it, nobody looks but passes.
            let looks = story.authentik.looks
            await story.clock.sleeper(for: .seconds(5))
            story.clock.advance(by: .seconds(4))
            #expect(story.authentik.looks == looks)
            story.authentik.auditLog { nil }
            story.clock.advance(by: .seconds(1))
            await story.pass(.inSync)
            #expect(story.status.authentik.isReachable == true)
            #expect(story.status.state == .inSync)
        }
    }

    @Test func `one that may not be seen is looked at by passes only`() async throws {
        let story = try LoopStory()
        story.authentik.auditLog {
            throw AuthentikError(kind: .permissionDenied, message: "denied", request: "GET /events/")
        }
        try await story.run { story in
            await story.pass()
            #expect(story.status.authentik.isAuditLogWatched == false)
            await lookAtAuditLog(story)
            #expect(story.authentik.looks == 1)
            story.authentik.auditLog { nil }
            await story.loop.ask(.signal)
            await story.pass()
            #expect(story.status.authentik.isAuditLogWatched == true)
        }
    }

    @Test func `without a period it is never looked at`() async throws {
        try await LoopStory { $0.auditPeriod = nil }.run { story in
            await story.pass()
            #expect(story.status.authentik.isAuditLogWatched == false)
            #expect(story.authentik.looks == 0)
        }
    }
}
