import DesiredState
import FoundationEssentials
import Testing

/// Whole files and all that is said about them.
///
/// To write the expectations anew after a change that is meant: `REWRITE_GOLDEN=1 swift test --filter GoldenTests`.
struct GoldenTests {
    private static let folder = "\(#filePath.dropLast("GoldenTests.swift".count))Golden"

    @Test(arguments: ["mistakes", "syntax"])
    func `diagnostics are as they were`(name: String) throws {
        let input = try #require(FileManager.default.contents(atPath: "\(Self.folder)/\(name).yaml"))
        try check(diagnostics(of: Array(input), path: "\(name).yaml"), "\(name).txt")
    }

    /// The mistakes of people who know Compose, Kubernetes, Terraform and Authentik's pages, a file for each.
    @Test func `what a beginner is told`() throws {
        let input = try #require(FileManager.default.contents(atPath: "\(Self.folder)/beginners.in"))
        let cases = String(decoding: input, as: UTF8.self).split(separator: "=== ")
        #expect(cases.count >= 40)
        let actual = cases.map { text in
            let title = text.prefix { $0 != "\n" }
            let file = Array(text.dropFirst(title.count + 1).utf8)
            return "=== \(title)\n" + diagnostics(of: file, path: "services.yaml")
        }
        #expect(actual.allSatisfy { $0.contains("error:") || $0.contains("warning:") })
        #expect(!actual.joined().contains("hunter2"))
        try check(actual.joined(separator: "\n"), "beginners.txt")
    }

    private func diagnostics(of file: [UInt8], path: String) -> String {
        DiagnosticRenderer().render(DesiredStateLoader.load(sources: [.init(path: path, bytes: file)]).diagnostics)
    }

    private func check(_ actual: String, _ name: String) throws {
        let path = "\(Self.folder)/\(name)"
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
