import Base
import KubernetesAPI
import Testing

@testable import Controller
@testable import Status

/// How it begins, ends, and leads and stands by in between.
@Suite(.timeLimit(.minutes(60))) struct LoopPhaseTests {
    /// Runs a loop beside a test that stops it.
    private func run(_ story: LoopStory, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await story.loop.run() }
            defer { group.cancelAll() }
            try await body()
            try await group.waitForAll()
        }
    }

    // MARK: - The end

    @Test func `stopped while idle it ends at once`() async throws {
        let story = try LoopStory()
        try await run(story) {
            await story.pass()
            await story.loop.stop()
        }
        #expect(story.status.passes.next == nil)
        #expect(await story.loop.whyNoWrites == "the program is ending")
        #expect(story.authentik.count == 1)
    }

    @Test func `stopped before it began it begins nothing`() async throws {
        let story = try LoopStory()
        await story.loop.stop()
        await story.loop.run()
        #expect(story.authentik.count == 0)
    }

    @Test func `a loop that is cancelled ends`() async throws {
        let story = try LoopStory()
        let loop = Task { await story.loop.run() }
        _ = await story.authentik.begun()
        loop.cancel()
        await loop.value
        #expect(story.status.passes.lastAttempt?.result == .failed)
    }

    @Test func `a pass that only reads is given up at once, and nobody waits in vain`() async throws {
        let story = try LoopStory()
        try await run(story) {
            _ = await story.authentik.begun()
            async let running = story.loop.answer(to: 1)
            async let next = story.loop.answer(to: story.loop.ask(.request))
            while await story.loop.waiting < 2 { await Task.yield() }
            await story.loop.stop()
            #expect(await next?.pass.number == nil)
            #expect(await running?.pass.error == "the program is ending")
            #expect(await story.loop.answer(to: 2)?.pass.number == nil)
        }
        #expect(story.status.passes.running == nil)
        #expect(story.status.passes.next == nil)
    }

    /// A story whose first pass writes until the test says so.
    private func writing() throws -> (story: LoopStory, begun: AsyncStream<Void>, end: AsyncStream<Void>.Continuation) {
        let story = try LoopStory(isElected: true)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        story.authentik.passes { pass in
            try await pass.gate.pass { _ in
                begin.yield()
                for await _ in ends {}
                try Task.checkCancellation()
            }
            // The next write does not begin any more.
            _ = try await pass.gate.pass { _ in Issue.record("it began") }
        }
        story.election.leads()
        return (story, begun, end)
    }

    @Test func `the write in flight may finish, the next one does not begin, and the Lease is given up`() async throws {
        let (story, begun, end) = try writing()
        try await run(story) {
            for await _ in begun { break }
            async let stopped: Void = story.loop.stop()
            await story.clock.sleeper(for: story.loop.settings.lastWriteLimit)
            #expect(story.status.passes.running != nil)
            #expect(story.election.resigned == 0)
            end.finish()
            await stopped
        }
        #expect(story.status.passes.lastAttempt?.error == "the program is ending")
        #expect(story.election.resigned == 1)
    }

    @Test func `a write that takes too long is given up, and the Lease is kept until it ends by itself`() async throws {
        let (story, begun, _) = try writing()
        try await run(story) {
            for await _ in begun { break }
            async let stopped: Void = story.loop.stop()
            await story.clock.sleeper(for: story.loop.settings.lastWriteLimit)
            story.clock.advance(by: story.loop.settings.lastWriteLimit)
            await stopped
        }
        #expect(story.status.passes.lastAttempt?.error == "the program is ending")
        #expect(story.election.resigned == 0)
    }

    @Test func `it is stopped once`() async throws {
        let story = try LoopStory(isElected: true)
        try await run(story) {
            story.election.leads()
            await story.pass()
            await story.loop.stop()
            await story.loop.stop()
        }
        #expect(story.election.resigned == 1)
    }

    // MARK: - Leadership

    @Test func `a standby runs no pass, and says who leads`() async throws {
        try await LoopStory(isElected: true).run { story in
            #expect(await story.loop.whyNoWrites == "this replica does not lead yet")
            story.election.says(.standsBy(holder: "other"))
            let status = await story.status { $0.program.leadership?.holder == "other" }
            #expect(status.state == .standby)
            #expect(await story.loop.whyNoWrites == "another replica leads")
            story.clock.advance(by: .seconds(1000))
            #expect(await story.loop.answer(to: story.loop.ask(.request))?.pass.number == nil)
            #expect(story.authentik.count == 0)
            story.election.leads()
            #expect(await story.triggers() == [.start, .leader, .interval, .request])
            #expect(story.status.program.isLeader)
        }
    }

    @Test func `it steps down in mid pass, and leads again`() async throws {
        try await LoopStory(isElected: true).run { story in
            story.election.leads()
            let pass = await story.authentik.begun()
            async let running = story.loop.answer(to: 1)
            async let next = story.loop.answer(to: story.loop.ask(.request))
            while await story.loop.waiting < 2 { await Task.yield() }
            story.election.says(.lost)
            #expect(await next?.pass.number == nil)
            #expect(await running?.pass.error == "another process changed its Lease")
            #expect(pass.gate.closed?.reason == "another process changed its Lease")
            #expect(!story.status.program.isLeader)
            #expect(story.status.passes.next == nil)
            story.election.says(.waits(.seconds(15)))
            await story.status { $0.program.leadership?.waitSeconds == 15 }
            story.election.leads()
            #expect(await story.triggers() == [.leader, .request])
            #expect(pass.gate.closed == nil)
            #expect(story.status.passes.next?.reason == .interval)
        }
    }

    @Test func `a renewal begins no pass`() async throws {
        try await LoopStory(isElected: true).run { story in
            story.election.leads()
            await story.pass()
            let revision = story.board.revision
            story.election.leads()
            await story.loop.ask(.signal)
            #expect(await story.triggers() == [.signal])
            #expect(story.board.revision > revision)
            #expect(story.authentik.count == 2)
        }
    }

    @Test func `whoever stands by follows no Secrets`() async throws {
        let text = """
            apiVersion: reconcile/v1
            owner: homelab
            services:
              - {slug: wiki, host: h.example, redirectPath: /c, secretRef: {kubernetes: {namespace: a, name: b, key: c}}}
            """
        func look(_ story: LoopStory, _ count: Int) async {
            await story.clock.sleeper(for: .seconds(1))
            story.clock.advance(by: .seconds(1))
            while story.kubernetes.followed.count < count { await Task.yield() }
        }
        try await LoopStory(isElected: true, text: text).run { story in
            story.election.leads()
            await story.pass()
            await look(story, 1)
            story.election.says(.expired)
            await story.status { !$0.program.isLeader }
            await look(story, 2)
            #expect(story.kubernetes.followed.map(\.count) == [1, 0])
        }
    }
}
