import Foundation
import TestSupport
import Testing

/// An address at which something answers that means no good, or is broken.
@Suite struct HostileServerTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var reply: CannedReply
        /// What the error says.
        var words: String

        init(_ name: String, _ reply: CannedReply, says words: String) {
            testDescription = name
            self.reply = reply
            self.words = words
        }
    }

    private static let ones = "[" + String(repeating: "1,", count: 10 << 20) + "1]"

    private static let answers = [
        Answer(
            "a billion pages",
            .json(200, #"{"pagination": {"count": 99999999999, "total_pages": 1000000000}, "results": []}"#),
            says: "the list reports 99999999999 rows"
        ),
        Answer("a large error", .json(400, ones), says: "answered 400 with a body of more than 65536 bytes"),
        Answer(
            "an error of many fields",
            .json(400, "[\(String(repeating: "1,", count: 30_000))1]"),
            says: "; and more"
        ),
        Answer(
            "a large list",
            .json(200, #"{"pagination": {"count": 1, "total_pages": 1}, "results": \#(ones)}"#),
            says: "the answer is larger than"
        ),
        Answer(
            "marks in a row",
            .json(200, "\"\(String(repeating: "\u{301}", count: 1 << 20))\""),
            says: "too many combining marks"
        ),
        Answer("the token as a name", .json(400, #"{"\#(token)\#u{301}": ["no"]}"#), says: "(secret)\u{301}: no"),
        Answer(
            "the token in base64",
            .json(400, #"{"detail": "\#(Data(":\(token)".utf8).base64EncodedString())"}"#),
            says: "(secret)"
        ),
    ]

    @Test(arguments: answers)
    func endsInTimeAndInFewWords(answer: Answer) async throws {
        let server = try CannedServer { request in
            if request.path.contains("/core/applications/") { return answer.reply }
            if request.path.contains("version") { return .json(200, #"{"version_current": "2025.12.4"}"#) }
            if request.path.contains("users/me") {
                return .json(200, #"{"user": {"pk": 1, "username": "a", "is_superuser": true}}"#)
            }
            return .json(200, #"{"pagination": {"count": 0, "total_pages": 0}, "results": []}"#)
        }
        let environment = secrets.merging(["AUTHENTIK_URL": server.url, "AUTHENTIK_TOKEN": token]) { $1 }
        let result = try await Command(["--once", "--config", homelab], environment: environment).run()
        #expect(result.status == 69)
        #expect(result.errors.contains(answer.words), "\(result.errors.prefix(3000))")
        #expect(result.output.utf8.count + result.errors.utf8.count < 4096)
        result.expectNoSecrets()
        #expect(!result.errors.contains(Data(token.utf8).base64EncodedString().prefix(12)))
    }
}
