import JSON
import Testing

@Suite struct JSONWriterTests {
    private let value: JSONValue = [
        "text": "a/b \"ü😀\" \\ \n\u{1}", "numbers": [1, .double(1.5), .double(2), -3], "none": .null,
        "empty": [[], [:]],
    ]

    private func text(_ value: JSONValue, pretty: Bool = false) -> String {
        String(decoding: value.serialized(pretty: pretty), as: UTF8.self)
    }

    @Test func `the text is compact, with sorted keys`() {
        #expect(
            text(value)
                == #"{"empty":[[],{}],"none":null,"numbers":[1,1.5,2.0,-3],"text":"a/b \"ü😀\" \\ \n\u0001"}"#
        )
    }

    @Test func `a pretty text has a line for each member and item`() {
        let expected = """
            {
              "a": [
                1,
                true
              ],
              "b": {},
              "c": []
            }
            """
        #expect(text(["a": [1, true], "b": [:], "c": []], pretty: true) == expected)
    }

    @Test(arguments: [true, false])
    func `what is written is read again`(pretty: Bool) throws {
        #expect(try JSONValue(parsing: value.serialized(pretty: pretty)) == value)
    }
}
