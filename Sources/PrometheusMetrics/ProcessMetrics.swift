import FoundationEssentials
import Glibc

/// The kernel's information about this process, from proc(5), under the names that Prometheus client libraries use:
/// <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>.
///
/// What cannot be read is left out.
package struct ProcessMetrics: Sendable {
    package static let families = [
        MetricFamily(
            "process_cpu_seconds_total",
            help: "User and system CPU time spent, in seconds.",
            kind: .counter,
            isSampled: true
        ),
        gauge("process_resident_memory_bytes", "Resident memory size, in bytes."),
        gauge("process_virtual_memory_bytes", "Virtual memory size, in bytes."),
        gauge("process_start_time_seconds", "When the process started, in seconds since the epoch."),
        gauge("process_open_fds", "Number of open file descriptors."),
        gauge("process_max_fds", "How many file descriptors it may have open."),
        gauge("process_threads", "Number of threads of the operating system in the process."),
    ]

    /// The path of procfs.
    private let root: String
    private let ticksPerSecond: Double
    private let bytesPerPage: Double

    package init() {
        self.init(
            root: "/proc",
            ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
            bytesPerPage: Double(sysconf(Int32(_SC_PAGESIZE)))
        )
    }

    init(root: String, ticksPerSecond: Double, bytesPerPage: Double) {
        self.root = root
        self.ticksPerSecond = ticksPerSecond
        self.bytesPerPage = bytesPerPage
    }

    package func samples() -> [MetricSample] {
        let process = text("self/stat").flatMap(ProcessStatistics.init)
        let values: [(String, Double?)] = [
            ("process_cpu_seconds_total", process.map { $0.cpuTicks / ticksPerSecond }),
            ("process_resident_memory_bytes", process.map { $0.residentPages * bytesPerPage }),
            ("process_virtual_memory_bytes", process?.virtualBytes),
            ("process_start_time_seconds", startTime(process)),
            ("process_open_fds", openDescriptors),
            ("process_max_fds", descriptorLimit),
            ("process_threads", process?.threads),
        ]
        return values.compactMap { name, value in value.map { MetricSample(name, [], $0) } }
    }

    private func startTime(_ process: ProcessStatistics?) -> Double? {
        guard let process, let boot = value(of: "btime", in: "stat") else { return nil }
        return boot + process.startTicks / ticksPerSecond
    }

    /// Without the descriptor used for counting.
    private var openDescriptors: Double? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/self/fd")
        return names.map { Double($0.count - 1) }
    }

    /// The soft limit, which is the effective one.
    private var descriptorLimit: Double? { value(of: "Max open files", in: "self/limits") }

    /// The number after these words at the beginning of a line.
    private func value(of words: String, in file: String) -> Double? {
        guard let line = text(file)?.split(separator: "\n").first(where: { $0.hasPrefix(words + " ") }) else {
            return nil
        }
        let value = line.dropFirst(words.count).split(separator: " ").first
        return value == "unlimited" ? .infinity : value.flatMap { Double($0) }
    }

    private func text(_ file: String) -> String? {
        (try? Data(contentsOf: URL(filePath: "\(root)/\(file)"))).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func gauge(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily(name, help: help, kind: .gauge, isSampled: true)
    }
}

/// The used fields of `/proc/self/stat`; see proc_pid_stat(5).
struct ProcessStatistics {
    /// User and system time.
    var cpuTicks: Double
    var threads: Double
    /// Since the system booted.
    var startTicks: Double
    var virtualBytes: Double
    var residentPages: Double

    /// Nil for any other text.
    init?(_ text: String) {
        // The second field is the name of the executable in parentheses, and may contain spaces and parentheses itself.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
        /// By its number in the manual page.
        func field(_ number: Int) -> Double? {
            let index = number - 3
            return fields.indices.contains(index) ? Double(fields[index]) : nil
        }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let virtual = field(23), let resident = field(24)
        else { return nil }
        cpuTicks = user + system
        self.threads = threads
        startTicks = start
        virtualBytes = virtual
        residentPages = resident
    }
}
