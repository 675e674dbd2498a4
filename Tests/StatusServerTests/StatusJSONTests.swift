import FoundationEssentials
import JSON
import NIOCore
import Reporting
import Testing

@testable import Applying
@testable import Status
@testable import StatusServer

private let sample = SampleStatus()

@Suite(.timeLimit(.minutes(60))) final class StatusJSONTests {
    private var list = ServiceListJSON()

    private func text(_ parts: [ByteBuffer]) -> String { parts.map { String(buffer: $0) }.joined() }

    private func render(_ document: StatusDocument) -> String {
        list.renew(document.services)
        return text(StatusFrame(document).around(list.all))
    }

    /// What any encoder makes of it, with sorted keys.
    private func reference(_ document: StatusDocument) throws -> String {
        let json = try JSONValue(parsing: JSONEncoder().encode(document))
        return String(decoding: json.serialized(pretty: true), as: UTF8.self) + "\n"
    }

    @Test(arguments: [
        sample.inSync, sample.outOfSync, sample.starting, sample.standby, sample.unreachable, sample.invalidFile,
        sample.hostile("\n  \"services\": []"), sample.hostile("\u{1}\u{1F}\"\\\t é 日本 👩‍🚀"), sample.many(300),
    ])
    func isWhatAnEncoderWrites(_ document: StatusDocument) throws {
        #expect(try render(document) == reference(document))
        var none = document
        none.services = []
        #expect(try render(none) == reference(none))
        #expect(try render(document) == reference(document))
    }

    @Test func followsEveryChange() throws {
        var document = sample.outOfSync
        _ = render(document)
        document.services.removeFirst()
        document.services[0].reason = "another reason"
        document.services[1].notes.append("a note")
        #expect(try render(document) == reference(document))
        document.message = "another message"
        #expect(try render(document) == reference(document))
        var added = document.services[3]
        added.slug += "-2"
        document.services.insert(added, at: 4)
        document.services.removeLast()
        #expect(try render(document) == reference(document))
        document.services = sample.many(20).services
        #expect(try render(document) == reference(document))
    }

    @Test func someServicesAreADocumentOfTheirOwn() throws {
        let document = sample.many(300)
        list.renew(document.services)
        for indices in [[], [0], [299], [3, 4, 5, 200], Array(0..<300)] {
            var narrowed = document
            narrowed.services = indices.map { document.services[$0] }
            let expected = try reference(narrowed)
            #expect(text(StatusFrame(document).around(list.items(indices))) == expected)
            #expect(text(StatusFrame(document).around(ServiceListJSON.items(narrowed.services))) == expected)
        }
    }
}
