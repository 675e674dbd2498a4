import Foundation
import Testing

@testable import PrometheusMetrics

@Suite(.timeLimit(.minutes(60))) struct ProcessMetricsTests {
    /// A procfs with these files, for as long as the body runs.
    private func withProc(_ files: [String: String], _ body: (ProcessMetrics) -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "proc-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root.appending(path: "self/fd"), withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: root.appending(path: name)) }
        body(ProcessMetrics(root: root.path, ticksPerSecond: 100, bytesPerPage: 4096))
    }

    private func values(_ metrics: ProcessMetrics) -> [String: Double] {
        Dictionary(metrics.samples().map { ($0.family, $0.value) }, uniquingKeysWith: { $1 })
    }

    private static let stat =
        "4242 (re) concile (x) S 1 4242 4242 0 -1 4194560 900 0 3 0 250 75 0 0 20 0 7 0 12345 104857600 2500 "
        + "18446744073709551615 1 1 0 0 0 0 0 4096 17642 0 0 0 17 3 0 0 0 0 0 0 0 0 0 0 0 0 0\n"

    private static let limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max cpu time              unlimited            unlimited            seconds
        Max open files            1024                 524288               files

        """

    @Test func readsWhatTheKernelWrites() throws {
        let files = [
            "self/stat": Self.stat, "self/limits": Self.limits, "stat": "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n",
            "self/fd/0": "", "self/fd/1": "", "self/fd/17": "", "self/fd/18": "",
        ]
        try withProc(files) { metrics in
            #expect(
                values(metrics) == [
                    "process_cpu_seconds_total": 3.25, "process_threads": 7,
                    "process_virtual_memory_bytes": 104_857_600,
                    "process_resident_memory_bytes": 10_240_000, "process_start_time_seconds": 1_700_000_123.45,
                    "process_max_fds": 1024, "process_open_fds": 3,
                ]
            )
        }
    }

    @Test func whatCannotBeReadIsLeftOut() throws {
        let files = [
            "self/stat": "4242 (short) S 1", "stat": "btime 1700000000\n",
            "self/limits": "Max open files            unlimited            unlimited            files\n",
        ]
        try withProc(files) { metrics in
            #expect(values(metrics).filter { $0.key != "process_open_fds" } == ["process_max_fds": .infinity])
        }
    }

    @Test func thisProcessIsAsOneWouldThink() {
        let values = values(ProcessMetrics())
        #expect(Set(values.keys) == Set(ProcessMetrics.families.map(\.name)))
        let now = Date.now.timeIntervalSince1970
        #expect((now - 86_400...now + 1).contains(values["process_start_time_seconds"] ?? 0))
        #expect((1_000_000...1e12).contains(values["process_resident_memory_bytes"] ?? 0))
        #expect(values["process_cpu_seconds_total"] ?? 0 > 0)
        #expect(values["process_threads"] ?? 0 >= 1)
        #expect((3...(values["process_max_fds"] ?? 0)).contains(values["process_open_fds"] ?? 0))
    }

    @Test func theFamiliesTakeTheSamples() {
        let mistakes = Mistakes()
        let registry = PrometheusRegistry(families: ProcessMetrics.families, onMistake: mistakes.collect)
        let lines = registry.render(adding: ProcessMetrics().samples()).split(separator: "\n")
        #expect(lines.count == 3 * ProcessMetrics.families.count)
        #expect(mistakes.all == [])
    }
}
