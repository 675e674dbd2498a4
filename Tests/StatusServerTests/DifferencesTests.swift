import JSON
import Kinds
import Testing

@testable import Planning
@testable import StatusServer

@Suite struct DifferencesTests {
    private func lines(_ kind: String, _ change: ChangeRecord) throws -> [String] {
        let html = Differences(changes: [change], before: "in Authentik").html
        return html.markup.split(separator: "\n").flatMap { $0.split(separator: "<dd") }
            .filter { $0.hasPrefix(" class=\"\(kind)\"") }
            .map { String($0.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" }) }
    }

    private func record(_ field: String, _ before: FieldValue, _ after: FieldValue) -> ChangeRecord {
        ChangeRecord(FieldChange(object: .provider, field: field, before: before, after: after))
    }

    @Test func aKeyIsShownWithItsAlgorithm() throws {
        let key = FieldValue.reference(.init(pk: "key", name: "Self-signed", algorithm: .rs256))
        let change = record("signing_key", FieldValue.none, key)
        #expect(try lines("removed", change) == ["(none, HS256)"])
        #expect(try lines("added", change) == ["Self-signed (RS256)"])
    }

    /// Swift takes both for the same text.
    @Test func whatOnlyLooksAlikeIsRemovedAndAdded() throws {
        let change = record("name", .text("caf\u{E9}"), .text("cafe\u{301}"))
        #expect(try lines("removed", change).count == 1)
        #expect(try lines("added", change).count == 1)
        #expect(try lines("kept", change) == [])
    }
}
