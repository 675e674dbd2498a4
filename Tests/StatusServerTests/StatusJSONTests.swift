import Reporting
import Testing

@testable import Applying
@testable import Status
@testable import StatusServer

private let sample = SampleStatus()

@Suite(.timeLimit(.minutes(60))) final class StatusJSONTests {
    private var json = StatusJSON()

    private func render(_ document: StatusDocument) -> String { String(decoding: json.render(document), as: UTF8.self) }

    @Test(arguments: [sample.inSync, sample.outOfSync, sample.starting, sample.hostile("\n  \"services\": []")])
    func isWhatAnEncoderWrites(_ document: StatusDocument) {
        #expect(render(document) == "\(JSONText.of(document))\n")
        var none = document
        none.services = []
        #expect(render(none) == "\(JSONText.of(none))\n")
    }

    @Test func followsEveryChange() {
        var document = sample.outOfSync
        _ = render(document)
        document.services.removeFirst()
        document.services[0].reason = "another reason"
        document.services[1].notes.append("a note")
        #expect(render(document) == "\(JSONText.of(document))\n")
        document.message = "another message"
        #expect(render(document) == "\(JSONText.of(document))\n")
    }
}
