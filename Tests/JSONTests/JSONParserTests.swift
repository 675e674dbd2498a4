import JSON
import Testing

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", JSONValue.null),
            (" true ", true),
            ("-0", 0),
            ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            ("1.0", .double(1)),
            ("-1.5e2", .double(-150)),
            ("[]", []),
            (" [ 1 , [ ] , { } ] ", [1, [], [:]]),
            (#"{"a":1,"b":{"c":[true,null]}}"#, ["a": 1, "b": ["c": [true, .null]]]),
            (#"{"a":1,"a":2}"#, ["a": 2]),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00fc\ud83d\ude00ü😀""#, "ü😀ü😀"),
        ] as [(String, JSONValue)]
    )
    func `a text is its value`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test(arguments: [
        ("", "unexpected end of data: line 1 column 1 (char 0)"),
        ("{not json", "unexpected character: line 1 column 2 (char 1)"),
        ("[1,\n 2,]", "unexpected character: line 2 column 4 (char 7)"),
        (#"{"ü": 1 2}"#, "unexpected character: line 1 column 9 (char 8)"),
        ("[1", "unexpected end of data: line 1 column 3 (char 2)"),
        (#"{"a""#, "unexpected end of data: line 1 column 5 (char 4)"),
        (#""a"#, "unexpected end of data: line 1 column 3 (char 2)"),
        ("1 2", "unexpected content after document: line 1 column 3 (char 2)"),
        ("nul", "invalid literal: line 1 column 1 (char 0)"),
        ("01", "invalid number: line 1 column 3 (char 2)"),
        ("-", "invalid number: line 1 column 2 (char 1)"),
        ("1.", "invalid number: line 1 column 3 (char 2)"),
        ("1e999", "number is out of range: line 1 column 6 (char 5)"),
        (#""\x""#, "invalid escaped character in string: line 1 column 3 (char 2)"),
        (#""\ud83d""#, "lone surrogate in string: line 1 column 8 (char 7)"),
        ("\"a\nb\"", "unexpected control character in string: line 1 column 3 (char 2)"),
    ])
    func `what is no JSON says where`(text: String, message: String) {
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.description == message)
    }

    @Test func `invalid UTF-8 is refused`() {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func `nesting has a limit`() throws {
        let brackets = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(throws: Never.self) { try JSONValue(parsing: Array(brackets(512).utf8)) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(brackets(513).utf8)) }
    }
}
