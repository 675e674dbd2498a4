import DesiredState
import FoundationEssentials
import Testing

/// Whole files and all that is said about them.
///
/// To write the expectations anew after a change that is meant: `REWRITE_GOLDEN=1 swift test --filter GoldenTests`.
struct GoldenTests {
    @Test(arguments: ["mistakes", "syntax"])
    func `diagnostics are as they were`(name: String) throws {
        let folder = "\(#filePath.dropLast("GoldenTests.swift".count))Golden"
        let input = try #require(FileManager.default.contents(atPath: "\(folder)/\(name).yaml"))
        let result = DesiredStateLoader.load(sources: [.init(path: "\(name).yaml", bytes: Array(input))])
        let actual = DiagnosticRenderer().render(result.diagnostics)
        let path = "\(folder)/\(name).txt"
        if ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] != nil {
            try Data(actual.utf8).write(to: URL(filePath: path))
        }
        let expected = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(actual == expected, "\(difference(from: expected, to: actual))")
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
}
