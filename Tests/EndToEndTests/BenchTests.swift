import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("reconcile-bench", .timeLimit(.minutes(60)))
struct BenchTests {
    /// The same program for passes, floors and sandboxes, beside `reconcile`.
    private static let executable = Command.executable.deletingLastPathComponent().appending(path: "reconcile-bench")

    private func run(_ arguments: [String]) async throws -> (status: Int32, output: String, errors: String) {
        let result = try await Subprocess.run(
            .path(FilePath(Self.executable.path)),
            arguments: Arguments(arguments),
            environment: .custom(["TMPDIR": FileManager.default.temporaryDirectory.path]),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        return (result.terminationStatus.code, result.standardOutput, result.standardError)
    }

    @Test("Measures passes and floors in turn, and says what both did")
    func measures() async throws {
        let run = try await run([
            "--sizes", "5", "10", "--runs", "2", "--latency", "1", "--creates", "8", "--write-latency", "5", "--peer",
            "2",
            "--output", "json",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(json["runs"] as? Int == 2)
        let sizes = try #require(json["sizes"] as? [[String: Any]])
        #expect(sizes.count == 2)
        #expect(sizes[0]["latencyMilliseconds"] as? Int == 1)
        let creates = try #require(json["creates"] as? [String: Any])
        #expect(creates["writes"] as? Int == 16)
        #expect(creates["idealSeconds"] as? Double == 0.02)
        #expect((json["byHand"] as? [String: Any])?["services"] as? Int == 2)
        #expect(json["cpuSecondsGrowth"] != nil)
        #expect(sizes[0]["services"] as? Int == 5)
        // As many as a pass without changes sends, however many services there are below a page.
        #expect(sizes[0]["requests"] as? Int == 8)
        for key in ["passSeconds", "floorSeconds", "passCPUSeconds", "floorCPUSeconds", "memoryBytes"] {
            let spread = try #require(sizes[0][key] as? [String: Double], "\(key)")
            let (least, median, most) = (spread["minimum"] ?? 0, spread["median"] ?? 0, spread["maximum"] ?? 0)
            #expect(0 < least && least <= median && median <= most, "\(key)")
        }
    }

    /// CPU time and memory are of the measured process alone, so they hold on a busy machine; what is not linear in the
    /// number of services is far beyond these bounds, and small changes are not their matter.
    @Test("A pass grows linearly with the number of services, in CPU, memory and requests")
    func isLinear() async throws {
        let run = try await run([
            "--sizes", "200", "1000", "--runs", "1", "--latency", "0", "--creates", "0", "--peer", "0",
            "--output", "json",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let sizes = try #require(json["sizes"] as? [[String: Any]])
        try #require(sizes.count == 2)
        func median(_ key: String, _ size: Int) throws -> Double {
            try #require((sizes[size][key] as? [String: Double])?["median"], "\(key)")
        }
        // Pages of a hundred applications, providers and marks, and five lists that do not grow.
        #expect(sizes.map { $0["requests"] as? Int } == [5 + 3 * 2, 5 + 3 * 10])
        // Quadratic would be 25 times as much.
        let growth = try median("passCPUSeconds", 1) / median("passCPUSeconds", 0)
        #expect(growth < 12, "CPU: \(growth) times as much for 5 times as many services")
        let bytes = try (median("memoryBytes", 1) - median("memoryBytes", 0)) / 800
        #expect(bytes < 40_000, "\(bytes) bytes for each service")
    }

    @Test(
        "What does not go together is a mistake",
        arguments: [
            ["--sizes", "0"], ["--runs", "0"], ["--latency", "-1"], ["--concurrency", "0"], ["--creates", "-1"],
            ["--write-latency", "-1"], ["--authentik-url", "https://sso.example.net"],
        ]
    )
    func mistakes(arguments: [String]) async throws {
        let run = try await run(arguments)
        #expect(run.status == 64)
        #expect(run.output == "")
    }
}
