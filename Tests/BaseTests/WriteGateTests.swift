import Base
import Testing

@Suite(.timeLimit(.minutes(60))) struct WriteGateTests {
    private let gate = WriteGate()

    @Test func `an open gate lets writes through`() async throws {
        #expect(try await gate.pass { _ in 7 } == 7)
        #expect(gate.closed == nil)
        await gate.drain()
    }

    @Test func `a closed one lets none begin, and says why`() async throws {
        gate.set(.none(why: "the program is ending"))
        await #expect(throws: WritesStopped.self) { try await gate.pass { _ in Issue.record("it began") } }
        #expect(gate.closed?.description == "the program is ending")
        await gate.drain()
    }

    @Test func `the ones in flight are waited for, however they end`() async throws {
        struct Failure: Error {}
        let gate = gate
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let write = Task {
            try await gate.pass { _ in
                begin.yield()
                for await _ in ends {}
                throw Failure()
            }
        }
        for await _ in begun { break }
        gate.set(.none(why: "the program is ending"))
        let drained = Task { await gate.drain() }
        end.finish()
        await drained.value
        await #expect(throws: Failure.self) { try await write.value }
    }

    @Test func `a term lets writes begin until it ends, and tells them when to be over`() async throws {
        gate.set(.none(why: "this replica does not lead yet"))
        await #expect(throws: WritesStopped.self) { try await gate.pass { _ in Issue.record("it began") } }
        #expect(gate.closed?.reason == "this replica does not lead yet")
        let term = WriteTerm(beginBefore: .now + .seconds(60), endBefore: .now + .seconds(90))
        gate.set(.during(term))
        #expect(try await gate.pass { $0 } == term)
        gate.set(.during(WriteTerm(beginBefore: .now, endBefore: .now + .seconds(90))))
        await #expect(throws: WritesStopped.self) { try await gate.pass { _ in Issue.record("it began") } }
        gate.set(.during(term))
        #expect(gate.closed == nil)
    }
}
