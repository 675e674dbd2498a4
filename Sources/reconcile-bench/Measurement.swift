import FoundationEssentials
import Glibc

/// What one process measured about itself.
struct Measurement: Codable, Sendable {
    /// Seconds from the first request to the end of the plan, or of the last answer.
    var wall: Double
    /// CPU time in seconds during that time, user and system.
    var cpu: Double
    /// CPU time in seconds for reading and checking the file before.
    var loading: Double
    /// The maximum resident size of the whole process, in bytes.
    var memory: Int
    /// The URLs that were read.
    var requests: [String]
    var services: Int
}

/// The elapsed and CPU time between two points in this process.
struct Meter {
    private let start = ContinuousClock.now
    private let cpu = Meter.usage.cpu

    var wall: Double { (ContinuousClock.now - start) / .seconds(1) }
    var spent: Double { Self.usage.cpu - cpu }

    static var peakMemory: Int { usage.memory }

    private static var usage: (cpu: Double, memory: Int) {
        var usage = rusage()
        // RUSAGE_SELF, which Swift imports with another type than the parameter's.
        getrusage(0, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        // Linux counts in KiB: getrusage(2).
        return (seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss * 1_024)
    }
}

/// A median with its minimum and maximum.
struct Spread: Codable, Sendable {
    var median: Double
    var minimum: Double
    var maximum: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median =
            sorted.isEmpty
            ? .nan : sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        minimum = sorted.first ?? .nan
        maximum = sorted.last ?? .nan
    }
}

/// The measurements of one size.
struct Row: Sendable {
    var services: Int
    var requests: Int
    var passes: [Measurement]
    var floors: [Measurement]

    func spread(_ measurements: [Measurement], _ value: (Measurement) -> Double) -> Spread {
        Spread(measurements.map(value))
    }

    var passWall: Spread { spread(passes, \.wall) }
    var floorWall: Spread { spread(floors, \.wall) }
    var passCPU: Spread { spread(passes, \.cpu) }
    var floorCPU: Spread { spread(floors, \.cpu) }
    var loading: Spread { spread(passes, \.loading) }
    var memory: Spread { spread(passes) { Double($0.memory) } }
}

/// All rows, as a table and as JSON.
struct BenchReport {
    var runs: Int
    /// Nil on a real Authentik.
    var latencyMilliseconds: Int?
    var rows: [Row]

    var table: String {
        let titles = [
            "services", "requests", "pass", "floor", "ratio", "CPU pass", "CPU floor", "CPU a service", "memory",
            "CPU of the file",
        ]
        let lines = rows.map { row in
            [
                "\(row.services)", "\(row.requests)", text(row.passWall, "ms", 1_000), text(row.floorWall, "ms", 1_000),
                number(row.passWall.median / row.floorWall.median, 2), text(row.passCPU, "ms", 1_000),
                text(row.floorCPU, "ms", 1_000),
                "\(number(row.passCPU.median * 1_000_000 / Double(max(1, row.services)), 0)) µs",
                "\(number(row.memory.median / 1_000_000, 0)) MB", text(row.loading, "ms", 1_000),
            ]
        }
        let place = latencyMilliseconds.map { "sandbox, \($0) ms before each answer" } ?? "a real Authentik"
        let cells = [titles] + lines
        let widths = titles.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let rendered = cells.map { row in
            "| " + zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: " | ")
                + " |"
        }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 1) + ":" }.joined(separator: "|") + "|"
        return ([rendered[0], rule] + rendered.dropFirst()).joined(separator: "\n")
            + "\n\nMedians of \(runs) runs, smallest and largest in brackets; \(place)."
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(Document(self)), as: UTF8.self)
        }
    }

    private struct Document: Codable {
        struct Size: Codable {
            var services: Int
            var requests: Int
            var passSeconds: Spread
            var floorSeconds: Spread
            var wallRatio: Double
            var passCPUSeconds: Spread
            var floorCPUSeconds: Spread
            var fileCPUSeconds: Spread
            var memoryBytes: Spread
        }

        var runs: Int
        var latencyMilliseconds: Int?
        var sizes: [Size]

        init(_ report: BenchReport) {
            runs = report.runs
            latencyMilliseconds = report.latencyMilliseconds
            sizes = report.rows.map { row in
                Size(
                    services: row.services,
                    requests: row.requests,
                    passSeconds: row.passWall,
                    floorSeconds: row.floorWall,
                    wallRatio: row.passWall.median / row.floorWall.median,
                    passCPUSeconds: row.passCPU,
                    floorCPUSeconds: row.floorCPU,
                    fileCPUSeconds: row.loading,
                    memoryBytes: row.memory
                )
            }
        }
    }

    private func text(_ spread: Spread, _ unit: String, _ factor: Double) -> String {
        let digits = spread.median * factor < 100 ? 1 : 0
        func rounded(_ value: Double) -> String { number(value * factor, digits) }
        return "\(rounded(spread.median)) \(unit) [\(rounded(spread.minimum))–\(rounded(spread.maximum))]"
    }

    private func number(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "–" }
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let rounded = (value * factor).rounded() / factor
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }
}
