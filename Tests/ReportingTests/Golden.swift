import Foundation
import Testing

/// Expects a text to be that of a file in `Golden`, or writes it there if `REWRITE_GOLDEN` is set.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let actual = text + "\n"
    let path = "\(#filePath.dropLast("Golden.swift".count))Golden/\(name)"
    if ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] != nil {
        try Data(actual.utf8).write(to: URL(filePath: path))
    }
    let expected = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    #expect(actual == expected, "\(difference(from: expected, to: actual))", sourceLocation: sourceLocation)
}

private func difference(from expected: String, to actual: String) -> String {
    let changes = actual.split(separator: "\n").difference(from: expected.split(separator: "\n"))
    return changes.map { change in
        switch change {
        case .insert(let line, let text, _): "\n+\(line + 1) \(text)"
        case .remove(let line, let text, _): "\n-\(line + 1) \(text)"
        }
    }.joined()
}
