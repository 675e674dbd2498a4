import JSON
import Testing

@Suite struct JSONElementTests {
    private static let text = """
        {"pk": 7, "name": "Gr\\u00e4fin", "tags": ["a", {"deep": [1, {"x": null}]}], "on": true, "half": 0.5,
         "empty": {}, "none": null, "pk": 8, "\\u006eame": "last"}
        """

    private func element(_ text: String = text) throws -> JSONElement {
        try JSONElement(parsing: Array(text.utf8))
    }

    @Test func `a member is found by its name, and the last one counts`() throws {
        let json = try element()
        #expect(json["pk"]?.integer == 8)
        #expect(json["name"]?.string == "last")
        #expect(json["on"]?.bool == true && json["none"]?.isNull == true)
        #expect(json["tags"]?.items { $0.string } == ["a", nil])
        #expect(json["half"]?.integer == nil && json["half"]?.string == nil && json["tags"]?["a"] == nil)
        #expect(json["deep"] == nil && json["nam"] == nil && json[""] == nil && json["empty"]?["pk"] == nil)
    }

    @Test func `a value is read as what it has to be`() throws {
        let json = try element()
        #expect(try json.read("pk") == 8 && json.read("name") == "last" && json.read("on") == true)
        let none: String? = try json.readIfPresent("none")
        let missing: [Int]? = try json.readIfPresent("missing")
        #expect(none == nil && missing == nil)
    }

    @Test(arguments: [
        ("[]", "it is a list; expected an object"), ("{}", "it has no 'rows'"),
        (#"{"rows": null}"#, "rows is null; expected a list"), (#"{"rows": 1.5}"#, "rows is a number; expected a list"),
        (#"{"rows": [{"pk": [1]}, {"pk": [1, "s3cret"]}]}"#, "rows[1].pk[1] is a string; expected an integer"),
        (
            #"{"a": [[[]], {}], "rows": [{"x": {}, "pk": [0, 1, 2, true]}]}"#,
            "rows[0].pk[3] is a boolean; expected an integer"
        ),
        (#"{"rows": [{"pk": [1.0]}]}"#, "rows[0].pk[0] is a number; expected an integer"),
        (#"{"rows": [{"pk": [9223372036854775808]}]}"#, "rows[0].pk[0] is a number; expected an integer"),
        (#"{"rows": [{}]}"#, "rows[0] has no 'pk'"), (#"{"rows": ["x"]}"#, "rows[0] is a string; expected an object"),
    ])
    func `what cannot be read says where, and quotes nothing`(text: String, message: String) throws {
        struct Row: JSONReadable {
            let pk: [Int]

            init(_ json: JSONElement) throws(JSONMismatch) {
                pk = try json.read("pk")
            }
        }
        let error = #expect(throws: JSONMismatch.self) { let _: [Row] = try element(text).read("rows") }
        #expect(error?.description == message)
    }

    @Test(arguments: [Int.min, .min + 1, -1, 0, 7, 999_999_999_999_999_999, .max - 1, .max])
    func `integers are exact`(number: Int) throws {
        #expect(try element("\(number)").integer == number)
    }

    @Test func `values are spelled alike, or not`() throws {
        let json = try element(#"[{"a": "x", "b": [1, 2]}, {"a": "x", "b": [1, 3]}, {"a": "\u0078", "b": [1,  2]}]"#)
        let rows = try #require(json.items { $0 })
        let isAlike = { (name: String, row: Int) in
            rows[0][name].flatMap { first in rows[row][name].map(first.isSpelled) }
        }
        #expect(isAlike("a", 1) == true && isAlike("b", 1) == false && isAlike("b", 0) == true)
        #expect(isAlike("a", 2) == false && isAlike("b", 2) == false)
    }

    @Test func `a text that was cut off is refused, wherever that was`() {
        let bytes = Array(#"[{"name": "\ud83d\ude00ü\"", "list": [true, false, null, -1.5e+3, 12], "": {}}]"#.utf8)
        #expect(throws: Never.self) { try JSONElement(parsing: bytes) }
        for length in 0..<bytes.count {
            #expect(throws: JSONParseError.self) { try JSONElement(parsing: Array(bytes[..<length])) }
        }
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
        ] as [[UInt8]]
    )
    func `invalid UTF-8 is refused, also where nobody reads it`(bytes: [UInt8]) {
        let text = Array(#"{"read": 1, "skipped": "ü"#.utf8) + bytes + Array(#""}"#.utf8)
        let error = #expect(throws: JSONParseError.self) { try JSONElement(parsing: text) }
        #expect(error?.reason == "invalid UTF-8" && error?.column == 26)
    }

    /// Many texts, most of them JSON and some damaged: what is read member by member is what is made as a whole.
    @Test(arguments: 0..<200) func `members are the same as those of the whole`(seed: Int) throws {
        var random = SmallGenerator(seed: UInt64(seed))
        let value = random.value(depth: 5)
        var bytes = value.serialized(pretty: seed % 2 == 0)
        if seed % 4 == 3 { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next()) }
        guard let whole = try? JSONValue(parsing: bytes) else {
            #expect(seed % 4 == 3)
            return
        }
        #expect(whole == value || seed % 4 == 3)
        #expect(isSame(try JSONElement(parsing: bytes), whole))
    }

    private func isSame(_ json: JSONElement, _ value: JSONValue) -> Bool {
        switch value {
        case .null: json.isNull
        case .bool(let bool): json.bool == bool
        case .integer(let integer): json.integer == integer
        case .double: json.integer == nil && json.noun == "a number"
        case .string(let string): json.string == string
        case .array(let values):
            json.items { $0 }.map { items in
                items.count == values.count && zip(items, values).allSatisfy { isSame($0, $1) }
            } ?? false
        case .object(let members):
            members.allSatisfy { name, value in json[name].map { isSame($0, value) } ?? false }
        }
    }
}

/// Values at random, the same for the same seed (SplitMix64).
private struct SmallGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: .integer(Int(truncatingIfNeeded: next()))
        case 3: .double(Double.random(in: -1e9...1e9, using: &self))
        case 4, 5: .string(string())
        case 6: .array((0..<Int.random(in: 0..<5, using: &self)).map { _ in value(depth: depth - 1) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0..<6, using: &self)).map { _ in (string(), value(depth: depth - 1)) },
                    uniquingKeysWith: { $1 }
                )
            )
        }
    }

    private mutating func string() -> String {
        let pieces = [
            "a", "name", "\"", "\\", "\n", "\u{1}", "ü", "e\u{301}", "🦔", "/", "", "a long text of ASCII only",
        ]
        return (0..<Int.random(in: 0..<5, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }
}
