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
    /// How many writes were sent.
    var writes = 0
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
