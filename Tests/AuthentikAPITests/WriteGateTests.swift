import Testing

@testable import AuthentikAPI

@Suite struct WriteGateTests {
    private let gate = WriteGate()

    @Test func `an open gate lets writes through`() async throws {
        #expect(try await gate.pass { 7 } == 7)
        #expect(gate.closed == nil)
        await gate.drain()
    }

    @Test func `a closed one lets none begin, and says why`() async throws {
        gate.close("the program is ending")
        gate.close("something else")
        await #expect(throws: WritesStopped.self) { try await gate.pass { Issue.record("it began") } }
        #expect(gate.closed?.description == "the program is ending")
        await gate.drain()
    }

    @Test func `the ones in flight are waited for, however they end`() async throws {
        struct Failure: Error {}
        let gate = gate
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let write = Task {
            try await gate.pass {
                begin.yield()
                for await _ in ends {}
                throw Failure()
            }
        }
        for await _ in begun { break }
        gate.close("the program is ending")
        let drained = Task { await gate.drain() }
        end.finish()
        await drained.value
        await #expect(throws: Failure.self) { try await write.value }
    }
}
