/// An element of a page, taken apart more strictly than a browser does: what is not well-formed is an error.
struct ParsedHTML {
    enum Child {
        case text(String)
        case element(ParsedHTML)
    }

    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    /// Elements that have no end.
    private static let void: Set<String> = ["br", "input", "link", "meta", "wbr"]

    var name: String
    var attributes: [String: String] = [:]
    var children: [Child] = []

    /// The `html` element.
    init(page: String) throws {
        var scanner = Scanner(bytes: Array(page.utf8))
        try scanner.expect("<!DOCTYPE html>")
        scanner.skipSpace()
        self = try Self(&scanner)
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw scanner.malformed("something follows the page") }
    }

    private init(_ scanner: inout Scanner) throws {
        try scanner.expect("<")
        name = try scanner.word()
        while scanner.skipSpace() {
            guard !scanner.isAt(">"), !scanner.isAt("/>") else { break }
            let attribute = try scanner.word()
            guard attributes[attribute] == nil else { throw scanner.malformed("\(attribute) is there twice") }
            attributes[attribute] = scanner.skip("=\"") ? try scanner.text(until: "\"") : ""
            _ = scanner.skip("\"")
        }
        if scanner.skip("/>") { return }
        try scanner.expect(">")
        guard !Self.void.contains(name) else { return }
        if name == "script" || name == "style" {
            children = [.text(scanner.raw(until: "</\(name)>"))]
        }
        while !scanner.isAt("</") {
            children.append(scanner.isAt("<") ? .element(try Self(&scanner)) : .text(try scanner.text(until: "<")))
        }
        try scanner.expect("</\(name)>")
    }

    private struct Scanner {
        let bytes: [UInt8]
        private(set) var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        func isAt(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

        mutating func skip(_ text: String) -> Bool {
            guard isAt(text) else { return false }
            position += text.utf8.count
            return true
        }

        @discardableResult mutating func skipSpace() -> Bool {
            let start = position
            while position < bytes.count, [0x20, 0x0A].contains(bytes[position]) { position += 1 }
            return position > start
        }

        mutating func expect(_ text: String) throws {
            guard skip(text) else { throw malformed("no \(text)") }
        }

        mutating func word() throws -> String {
            let word = bytes[position...].prefix {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            }
            guard !word.isEmpty else { throw malformed("no word") }
            position += word.count
            return String(decoding: word, as: UTF8.self)
        }

        mutating func raw(until end: String) -> String {
            let start = position
            while !isAtEnd, !isAt(end) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        /// Without its references; the only ones are those that the page needs.
        mutating func text(until end: String) throws -> String {
            let text = raw(until: end)
            let known = ["lt": "<", "gt": ">", "quot": "\"", "#39": "'", "amp": "&"]
            let parts = text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
            var plain = Array(parts[0])
            for part in parts.dropFirst() {
                let pair = part.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
                guard pair.count == 2, let scalar = known[String(decoding: pair[0], as: UTF8.self)] else {
                    throw malformed("an unknown reference")
                }
                plain += Array(scalar.utf8) + pair[1]
            }
            guard !text.utf8.contains(UInt8(ascii: "<")), !text.utf8.contains(UInt8(ascii: ">")) else {
                throw malformed("something is not escaped")
            }
            return String(decoding: plain, as: UTF8.self)
        }

        func malformed(_ problem: String) -> Malformed {
            let before = String(decoding: bytes[..<position].suffix(200), as: UTF8.self)
            let after = String(decoding: bytes[position...].prefix(100), as: UTF8.self)
            return Malformed(description: "\(problem) between \(before) and \(after)")
        }
    }
}

extension ParsedHTML {
    /// This one, and all within it, in the order of the page.
    var elements: [ParsedHTML] {
        [self]
            + children.flatMap { child -> [ParsedHTML] in
                if case .element(let element) = child { element.elements } else { [] }
            }
    }

    func all(_ name: String) -> [ParsedHTML] { elements.filter { $0.name == name } }

    func all(class name: String) -> [ParsedHTML] {
        elements.filter { $0.attributes["class"]?.split(separator: " ").contains(Substring(name)) == true }
    }

    subscript(id: String) -> ParsedHTML? { elements.first { $0.attributes["id"] == id } }

    /// Elements that begin a line, or look as if.
    private static let blocks: Set<String> = ["br", "dd", "div", "dl", "dt", "h2", "h3", "h4", "li", "p", "span", "ul"]

    /// What is read, with single spaces.
    var text: String { spaced.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    private var spaced: String {
        children.map { child in
            switch child {
            case .text(let text): text
            case .element(let element): Self.blocks.contains(element.name) ? " \(element.spaced)" : element.spaced
            }
        }.joined()
    }

    /// As it is between the tags.
    var raw: String {
        children.map { child in
            switch child {
            case .text(let text): text
            case .element(let element): element.raw
            }
        }.joined()
    }

    /// What a browser makes a tree of, without the text and the values.
    var skeleton: String {
        let inner = children.map { child -> String in
            if case .element(let element) = child { element.skeleton } else { "" }
        }.joined()
        return "<\(([name] + attributes.keys.sorted()).joined(separator: " "))>\(inner)</>"
    }
}
