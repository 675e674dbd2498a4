import Base
import FoundationEssentials
import Testing

@Suite struct TimestampTests {
    /// Each millisecond of a second, in years of which doubles have different fractions.
    @Test(arguments: [1_000_000_000, 1_795_918_244, 2_147_483_647, 4_102_444_799])
    func `what is written reads back as itself`(second: Int) throws {
        for millisecond in 0..<1000 {
            let written = Timestamp(Date(timeIntervalSince1970: Double(second) + Double(millisecond) / 1000))
            let text = written.description
            let digits = String(millisecond)
            let padded = String(repeating: "0", count: 3 - digits.count) + digits
            #expect(text.hasSuffix(".\(padded)Z"), "\(text)")
            let read = try #require(Timestamp(rfc3339: text))
            #expect(read == written && read.description == text)
        }
    }

    @Test func `it is cut to the millisecond`() {
        let text = Timestamp(Date(timeIntervalSince1970: 1_795_918_244.9769)).description
        #expect(text.hasSuffix(".976Z"))
    }

    @Test(arguments: ["2026-11-28T02:30:44Z", "2026-11-28T02:30:44.000Z", "2026-11-28T03:30:44+01:00"])
    func `others write it otherwise`(text: String) {
        #expect(Timestamp(rfc3339: text)?.description == "2026-11-28T02:30:44.000Z")
    }

    @Test(arguments: ["", "yesterday", "2026-11-28"])
    func `what is not a time is refused`(text: String) { #expect(Timestamp(rfc3339: text) == nil) }
}
