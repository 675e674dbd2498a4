import Glibc

/// A value in a JSON text that was checked, of which only what is asked for is made.
///
/// An answer of Authentik's has many times what this program compares. So it is looked over once, and its members are found
/// by their names, byte by byte: nothing is made of the others. Of members with the same name the last one counts.
package struct JSONElement {
    private let text: Text
    private let place: Int

    /// The text, and where its values are.
    fileprivate final class Text {
        let bytes: [UInt8]
        let entries: [JSONScanner.Entry]

        init(_ scanner: JSONScanner) {
            bytes = scanner.bytes
            entries = scanner.entries
        }
    }

    /// The value that a JSON text is.
    ///
    /// - Throws: ``JSONParseError`` if the bytes are not JSON.
    package init(parsing bytes: [UInt8]) throws(JSONParseError) {
        var scanner = JSONScanner(bytes)
        try scanner.scan()
        text = Text(scanner)
        place = 0
    }

    private init(_ text: Text, at place: Int) {
        self.text = text
        self.place = place
    }

    private var entry: JSONScanner.Entry { text.entries[place] }

    var kind: JSONScanner.Entry.Kind { entry.kind }
}

extension JSONElement {
    /// Nil for anything else, as the others here.
    package var string: String? {
        let entry = entry
        switch entry.kind {
        case .string:
            return String(decoding: text.bytes[Int(entry.start)..<Int(entry.end)], as: UTF8.self)
        case .escapedString:
            var reader = JSONStringReader(text.bytes, from: Int(entry.start))
            return reader.text(to: Int(entry.end))
        default:
            return nil
        }
    }

    /// A number without fraction and exponent.
    package var integer: Int? {
        let entry = entry
        guard entry.kind == .integer else { return nil }
        let digits = text.bytes[Int(entry.start)..<Int(entry.end)]
        let isNegative = digits.first == UInt8(ascii: "-")
        // It fits, also the smallest one there is.
        return digits.dropFirst(isNegative ? 1 : 0).reduce(0) { value, byte in
            let digit = Int(byte - UInt8(ascii: "0"))
            return value * 10 + (isNegative ? -digit : digit)
        }
    }

    package var bool: Bool? {
        switch entry.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    package var isNull: Bool { entry.kind == .null }

    /// Any number.
    var double: Double? {
        let entry = entry
        guard entry.kind == .integer || entry.kind == .number else { return nil }
        return Double(String(decoding: text.bytes[Int(entry.start)..<Int(entry.end)], as: UTF8.self))
    }

    /// The value of a member; nil if this is not an object or lacks the member.
    package subscript(_ name: String) -> JSONElement? {
        let object = entry
        guard object.kind == .object else { return nil }
        var name = name
        let found = name.withUTF8 { text.lastMember($0, from: place + 1, to: Int(object.next)) }
        return found.map { JSONElement(text, at: $0) }
    }

    /// Each item of an array, in order; nil if this is none.
    package func items<Result, Failure: Error>(
        _ make: (JSONElement) throws(Failure) -> Result
    ) throws(Failure) -> [Result]? {
        guard entry.kind == .array else { return nil }
        var results: [Result] = []
        results.reserveCapacity(count)
        var item = place + 1
        while item < Int(entry.next) {
            results.append(try make(JSONElement(text, at: item)))
            item = Int(text.entries[item].next)
        }
        return results
    }

    /// Each member of an object, in order; nothing if this is none.
    func forEachMember(_ take: (_ name: String, _ value: JSONElement) -> Void) {
        var member = place + 1
        while member < Int(entry.next) {
            take(JSONElement(text, at: member).string ?? "", JSONElement(text, at: member + 1))
            member = Int(text.entries[member + 1].next)
        }
    }

    /// How many values are directly in an array; of an object, with their names.
    var count: Int {
        var (count, item) = (0, place + 1)
        while item < Int(entry.next) { (count, item) = (count + 1, Int(text.entries[item].next)) }
        return count
    }

    /// Whether the text of a value is the same to the byte; what it means is the same then.
    package func isSpelled(like other: JSONElement) -> Bool {
        let (left, right) = (entry, other.entry)
        guard left.kind == right.kind, left.end - left.start == right.end - right.start else { return false }
        let length = Int(left.end - left.start)
        return text.bytes.withUnsafeBytes { bytes in
            other.text.bytes.withUnsafeBytes { others in
                let start = bytes.baseAddress?.advanced(by: Int(left.start))
                let other = others.baseAddress?.advanced(by: Int(right.start))
                guard let start, let other else { return false }
                return memcmp(start, other, length) == 0
            }
        }
    }
}

extension JSONElement.Text {
    /// Where the value of the last member of a name is.
    ///
    /// - Parameters:
    ///   - start: The place of the first member's name.
    ///   - end: The place behind the last member.
    fileprivate func lastMember(_ name: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
        var found: Int?
        var member = start
        while member < end {
            let entry = entries[member]
            let (first, length) = (Int(entry.start), Int(entry.end - entry.start))
            if entry.kind == .escapedString {
                var reader = JSONStringReader(self.bytes, from: first)
                if reader.text(to: Int(entry.end)).utf8.elementsEqual(name) { found = member + 1 }
            } else if length == name.count {
                var offset = 0
                while offset < length, bytes[first + offset] == name[offset] { offset += 1 }
                if offset == length { found = member + 1 }
            }
            member = Int(entries[member + 1].next)
        }
        return found
    }
}

extension JSONElement {
    /// What kind of value it is, for people.
    package var noun: String {
        switch entry.kind {
        case .null: "null"
        case .true, .false: "a boolean"
        case .integer, .number: "a number"
        case .string, .escapedString: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// Where in the text it is, for people: `results[3].pk`; empty for the whole of it.
    package var path: String {
        var path = ""
        var container = 0
        while container != place {
            let isObject = text.entries[container].kind == .object
            var (number, item) = (0, container + 1)
            // Of an object, from value to value.
            func value(_ item: Int) -> Int { isObject ? item + 1 : item }
            while Int(text.entries[value(item)].next) <= place {
                item = Int(text.entries[value(item)].next)
                number += 1
            }
            let name = isObject ? JSONElement(text, at: item).string : nil
            path += name.map { path.isEmpty ? $0 : ".\($0)" } ?? "[\(number)]"
            container = value(item)
        }
        return path
    }
}
