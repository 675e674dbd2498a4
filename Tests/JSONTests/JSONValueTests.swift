import Testing

@testable import JSON

@Suite("A JSON value")
struct JSONValueTests {
    private static func text(_ value: JSONValue, pretty: Bool = false) -> String {
        String(decoding: value.serialized(pretty: pretty), as: UTF8.self)
    }

    @Test(
        "survives being written and read",
        arguments: [
            nil, true, false, 0, -1, "", "grafana", [], [:],
            [nil, true, 7, "x", [1], ["a": 1]],
            ["a": ["b": ["c": [nil, ["d": false]]]]],
            "line\nbreak\ttab \"quote\" back\\slash /slash/ \u{0} \u{1f}",
            "Gräfin 🦔 e\u{301} \u{2028}",
            .double(1.5), .double(-0.1), .double(1e300), .double(2e-308),
            .integer(.max), .integer(.min),
        ] as [JSONValue]
    )
    func roundTrip(value: JSONValue) throws {
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
    }

    @Test("is written with its keys sorted and its slashes as they are")
    func writing() {
        let value: JSONValue = ["b": 1, "a": ["z": nil, "y": "https://x/"], "C": []]
        #expect(Self.text(value) == #"{"C":[],"a":{"y":"https://x/","z":null},"b":1}"#)
        #expect(Self.text(value, pretty: true).split(separator: "\n").count > 5)
    }

    @Test(
        "reads numbers as what they are",
        arguments: [
            ("1", .integer(1)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("1.5", .double(1.5)), ("1e-3", .double(0.001)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1e300", .double(1e300)),
            // A number with a fraction or an exponent is a double, whole or not.
            ("1.0", .double(1)), ("1e2", .double(100)),
        ] as [(String, JSONValue)]
    )
    func numbers(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text.utf8) == value)
    }

    @Test(
        "tells true from 1 and null from nothing",
        arguments: [
            ("true", .bool(true)), ("1", .integer(1)), ("\"1\"", .string("1")), ("null", .null),
            ("{\"a\":null}", .object(["a": .null])),
        ] as [(String, JSONValue)]
    )
    func kinds(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text.utf8) == value)
    }

    @Test(
        "refuses what is no JSON",
        arguments: [
            "", " ", "nul", "{", "[1,", "{\"a\" 1}", "{'a': 1}", "\"\u{1}\"", "01", "1 2", "<html></html>", "NaN",
            "\"\\ud800\"", "[1]x",
        ]
    )
    func refusal(text: String) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("refuses bytes that are no UTF-8")
    func invalidUTF8() {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22, 0xff, 0xfe, 0x22]) }
    }

    @Test("reads deep nesting, and refuses what is far too deep instead of crashing")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let value = try JSONValue(parsing: nested(200).utf8)
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: nested(100_000).utf8) }
    }

    @Test("gives a member or an element only where it is one")
    func access() {
        let value: JSONValue = ["s": "x", "i": 1, "b": true, "a": [1], "n": nil]
        #expect(value["s"]?.string == "x")
        #expect(value["i"]?.integer == 1)
        #expect(value["b"]?.bool == true)
        #expect(value["a"]?.array == [1])
        #expect(value["n"]?.isNull == true)
        #expect(value["none"] == nil)
        #expect(value["i"]?.string == nil)
        #expect(value["b"]?.integer == nil)
        #expect(JSONValue("x")["s"] == nil)
        #expect(value.object?.count == 5)
    }
}
