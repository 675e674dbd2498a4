extension String {
    /// A name or a value of an encoded form or of a URL's query, decoded
    /// (https://url.spec.whatwg.org/#urlencoded-parsing): `+` is a space, and an invalid escape stands for itself.
    package init(formDecoding text: some StringProtocol) {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy(\.isASCIIHexDigit),
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        self = String(decoding: bytes, as: UTF8.self)
    }

    /// The names and values of a query, in their order; a name without a value has an empty one.
    package static func formItems(of query: some StringProtocol) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(formDecoding: sides[0]), sides.count > 1 ? String(formDecoding: sides[1]) : "")
        }
    }
}
