import FoundationEssentials
import JSON
import Testing

@Suite(.timeLimit(.minutes(60))) struct JSONTextEncoderTests {
    struct Everything: Encodable {
        struct Inner: Encodable {
            var z = 1
            var a: String? = nil
            var list: [Double] = [0, -0.5, 1e21, 2.5e-7, 3, .greatestFiniteMagnitude]
        }

        enum Word: String, Encodable { case one }

        var text = "\u{0}\n\t\"\\/é日本👩‍🚀\u{2028}"
        var number = Int.min
        var flag = true
        var word = Word.one
        var none: Int?
        var inner = Inner()
        var inners = [Inner(), Inner(z: 2, a: "x", list: [])]
        var map = ["b": 1, "a": 2]
        var lists: [[String]] = [[], ["x"]]
        var value: JSONValue = ["x": [1, nil, .double(2.5), "y", true, [:], []]]
        var optionals: [Int?] = [1, nil]
    }

    /// Members in containers within containers, which are filled after others.
    struct Nested: Encodable {
        enum Key: String, CodingKey { case b, a, c }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Key.self)
            var list = members.nestedUnkeyedContainer(forKey: .b)
            var object = members.nestedContainer(keyedBy: Key.self, forKey: .a)
            try members.encodeNil(forKey: .c)
            try list.encode(1)
            try object.encode("x", forKey: .b)
            var inner = list.nestedUnkeyedContainer()
            try inner.encodeNil()
            var last = list.nestedContainer(keyedBy: Key.self)
            try last.encode([1, 2], forKey: .a)
        }
    }

    struct Empty: Encodable {}

    struct List: Encodable, Sendable {
        let value: any Encodable & Sendable

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(value)
        }
    }

    @Test(
        arguments: [Everything(), Nested(), Empty(), [Empty()], ["a": Nested()], "text", 7, 1.5]
            as [any Encodable & Sendable]
    )
    func `the text is that of other encoders`(value: any Encodable & Sendable) throws {
        let reference = try JSONValue(parsing: JSONEncoder().encode(List(value: value))).serialized(pretty: true)
        #expect(
            String(decoding: try JSONTextEncoder.pretty(List(value: value)), as: UTF8.self)
                == String(decoding: reference, as: UTF8.self)
        )
    }

    @Test func `a value that becomes a part of another is indented`() throws {
        #expect(
            String(decoding: try JSONTextEncoder.pretty(["a": [1]], level: 1), as: UTF8.self) == """
                {
                    "a": [
                      1
                    ]
                  }
                """
        )
    }
}
