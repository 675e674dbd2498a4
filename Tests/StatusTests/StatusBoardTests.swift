import Base
import FoundationEssentials
import Planning
import Testing

@testable import Status

@Suite(.timeLimit(.minutes(60))) struct StatusBoardTests {
    @Test func `who reads while it is changed sees what was there before, and does not wait`() throws {
        let board = StatusBoard(try LedgerStory().ledger)
        let before = board.current
        let seen = board.update { ledger -> (String, Int) in
            ledger.document.message = "changed"
            // On the same thread: if reading waited for the change, this would never end.
            return (board.current.document.message, board.revision)
        }
        #expect(seen == (before.document.message, before.revision))
        #expect(board.current.document.message == "changed")
        #expect(board.revision == before.revision + 1)
    }

    @Test func `a filter takes services by name and by state`() throws {
        let story = try LedgerStory()
        story.pass([.grafana(.blocked), .docs(.inSync)])
        func slugs(_ filter: ServiceFilter) -> [String] {
            filter.indices(in: story.document.services).map { story.document.services[$0].slug }
        }
        #expect(slugs(ServiceFilter()) == ["docs", "grafana"])
        #expect(slugs(ServiceFilter(slugs: ["grafana", "nothing"])) == ["grafana"])
        #expect(slugs(ServiceFilter(states: [.inSync, .failed])) == ["docs"])
        #expect(slugs(ServiceFilter(slugs: ["grafana"], states: [.inSync])) == [])
        let query = ServiceFilter(slugs: ["b", "a"], states: [.orphan, .failed]).query
        #expect(query.map { "\($0.name)=\($0.value)" } == ["service=a", "service=b", "state=failed,orphan"])
    }
}
