import Testing

@testable import Base

@Suite struct ListDifferenceTests {
    @Test func elementsStayGoAndCome() {
        let difference = ListDifference(from: ["a", "b", "c"], to: ["c", "d", "a"])
        #expect(difference.kept == ["c", "a"])
        #expect(difference.removed == ["b"])
        #expect(difference.added == ["d"])
    }

    @Test func whatLooksTheSameAndIsNotIsSpelled() {
        let difference = ListDifference(from: ["caf\u{E9}", "\u{FC}"], to: ["cafe\u{301}", "\u{FC}"])
        #expect(difference.kept == ["\u{FC}"])
        #expect(difference.removed == [#"caf\u{e9}"#])
        #expect(difference.added == [#"cafe\u{301}"#])
    }
}
