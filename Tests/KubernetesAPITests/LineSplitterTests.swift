import Testing

@testable import KubernetesAPI

@Suite("KubernetesAPI: the lines of a watch")
struct LineSplitterTests {
    @Test("Pieces may end anywhere", arguments: 1...9)
    func pieces(size: Int) throws {
        let text = [UInt8]("one\n\ntwo and more\nthree\nrest".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: text.count, by: size) {
            try splitter.append(Array(text[start..<min(start + size, text.count)]))
            while let line = splitter.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(lines == ["one", "", "two and more", "three"])
        #expect(!splitter.isEmpty)
        try splitter.append([UInt8(ascii: "\n")])
        #expect(splitter.next().map { String(decoding: $0, as: UTF8.self) } == "rest")
        #expect(splitter.isEmpty)
    }

    @Test("A line without end is refused")
    func tooLong() throws {
        var splitter = LineSplitter()
        let piece = [UInt8](repeating: 65, count: LineSplitter.limit / 2)
        try splitter.append(piece)
        try splitter.append(piece)
        #expect(splitter.next() == nil)
        #expect(throws: Malformed.self) { try splitter.append([65]) }
    }

    @Test(
        "What is no event is refused",
        arguments: [
            "", "{", "[]", #"{"type":"ADDED"}"#, #"{"object":{}}"#, #"{"type":"ADDED","object":{}}"#,
            #"{"type":"BOOKMARK","object":{}}"#,
        ]
    )
    func noEvent(text: String) {
        #expect(throws: Malformed.self) { try SecretEvent(line: [UInt8](text.utf8)) }
    }

    @Test("A type that is not known is none of our business")
    func unknown() throws {
        let event = try SecretEvent(line: [UInt8](#"{"type":"NEW","object":{}}"#.utf8))
        guard case .unknown = event else {
            Issue.record("\(event)")
            return
        }
    }
}
