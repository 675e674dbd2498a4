import Foundation
import Testing

/// Replays what was recorded of live servers against the sandbox, and writes down how they compare.
///
/// To write the document anew after a change that is meant: `REWRITE_GOLDEN=1 swift test --filter ConformanceTests`.
@Suite(.timeLimit(.minutes(60))) struct ConformanceTests {
    @Test func `the sandbox answers as the recorded servers did`() async throws {
        let results = try await replayAll()
        print(ConformanceTable(results).text)
        for difference in results.flatMap(\.differences) {
            Issue.record("\(difference.exchange)\(difference.lines.map { "\n    \($0)" }.joined())")
        }
        try compareDocument(ConformanceTable(results).markdown)
    }

    /// All scenarios, a few at a time.
    private func replayAll() async throws -> [Replay.Result] {
        var scenarios = Recording.Server.allCases.flatMap { server in server.scenarios.map { (server, $0) } }[...]
        return try await withThrowingTaskGroup(of: Replay.Result.self) { group in
            func addNext() {
                guard let (server, scenario) = scenarios.popFirst() else { return }
                group.addTask { try await Replay.run(server, scenario) }
            }
            for _ in 0..<4 { addNext() }
            var results: [Replay.Result] = []
            while let result = try await group.next() {
                results.append(result)
                addNext()
            }
            return results
        }.sorted { ($0.server.rawValue, $0.scenario) < ($1.server.rawValue, $1.scenario) }
    }

    private func compareDocument(_ actual: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let url = root.appending(path: "CONFORMANCE.md")
        if ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] != nil {
            try Data(actual.utf8).write(to: url)
        }
        let expected = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        #expect(actual == expected, "CONFORMANCE.md is not what this run found")
    }
}
