import FoundationEssentials

/// Passes without changes and their floors, of one size and latency.
struct Row: Sendable {
    var services: Int
    var requests: Int
    /// Before each answer; nil on a real Authentik.
    var latencyMilliseconds: Int?
    var passes: [Measurement] = []
    var floors: [Measurement] = []

    private func spread(_ measurements: [Measurement], _ value: (Measurement) -> Double) -> Spread {
        Spread(measurements.map(value))
    }

    var passWall: Spread { spread(passes, \.wall) }
    var floorWall: Spread { spread(floors, \.wall) }
    var passCPU: Spread { spread(passes, \.cpu) }
    var floorCPU: Spread { spread(floors, \.cpu) }
    var loading: Spread { spread(passes, \.loading) }
    var memory: Spread { spread(passes) { Double($0.memory) } }
}

/// Passes that create all services.
struct Creates: Sendable {
    var writeLatencyMilliseconds: Int
    var concurrency: Int
    var measurements: [Measurement]

    var services: Int { measurements.first?.services ?? 0 }
    var writes: Int { measurements.first?.writes ?? 0 }
    var wall: Spread { Spread(measurements.map(\.wall)) }
    var cpu: Spread { Spread(measurements.map(\.cpu)) }
    /// The seconds that the writes take if nothing is lost between them.
    var ideal: Double { Double(writes * writeLatencyMilliseconds) / 1_000 / Double(concurrency) }
}

/// The procedure by hand, and passes that do the same: seconds.
struct Peer: Sendable {
    var services: Int
    var byHand: [Double] = []
    var applied: [Double] = []
}

/// How a quantity grows with the number of services: a line through the medians, by least squares.
struct Growth: Codable {
    var fixed: Double
    var perService: Double

    /// Nil for fewer than two sizes.
    init?(_ points: [(services: Int, value: Double)]) {
        guard Set(points.map(\.services)).count > 1 else { return nil }
        let count = Double(points.count)
        let meanX = points.reduce(0) { $0 + Double($1.services) } / count
        let meanY = points.reduce(0) { $0 + $1.value } / count
        let covariance = points.reduce(0) { $0 + (Double($1.services) - meanX) * ($1.value - meanY) }
        let variance = points.reduce(0) { $0 + (Double($1.services) - meanX) * (Double($1.services) - meanX) }
        perService = covariance / variance
        fixed = meanY - perService * meanX
    }
}

/// All measurements, as tables and as JSON.
struct BenchReport {
    var runs: Int
    var concurrency: Int
    var rows: [Row] = []
    var creates: Creates?
    var peer: Peer?

    /// Of the first latency.
    private func growth(_ value: (Row) -> Double) -> Growth? {
        Growth(
            rows.filter { $0.latencyMilliseconds == rows.first?.latencyMilliseconds }.map { ($0.services, value($0)) }
        )
    }

    private var cpuGrowth: Growth? { growth { $0.passCPU.median } }
    private var memoryGrowth: Growth? { growth { $0.memory.median } }

    // MARK: - Tables

    var table: String {
        var parts = [passTable]
        if let cpuGrowth, let memoryGrowth {
            parts.append(
                "CPU grows by \(number(cpuGrowth.perService * 1_000_000, 0)) µs a service from "
                    + "\(number(cpuGrowth.fixed * 1_000, 0)) ms; memory by \(number(memoryGrowth.perService / 1_000, 1)) kB a "
                    + "service from \(number(memoryGrowth.fixed / 1_000_000, 0)) MB."
            )
        }
        if let creates {
            parts.append(
                Self.layout([
                    ["created", "writes", "latency", "at a time", "pass", "ideal", "ratio", "CPU"],
                    [
                        "\(creates.services)", "\(creates.writes)", "\(creates.writeLatencyMilliseconds) ms",
                        "\(creates.concurrency)", text(creates.wall, "s", 1),
                        "\(number(creates.ideal, 1)) s", number(creates.wall.median / creates.ideal, 2),
                        text(creates.cpu, "ms", 1_000),
                    ],
                ])
            )
        }
        if let peer {
            let (byHand, applied) = (Spread(peer.byHand), Spread(peer.applied))
            parts.append(
                Self.layout([
                    ["services", "by hand, with curl", "pass", "ratio"],
                    [
                        "\(peer.services)", text(byHand, "ms", 1_000), text(applied, "ms", 1_000),
                        number(byHand.median / applied.median, 1),
                    ],
                ])
            )
        }
        parts.append("Medians of \(runs) runs, smallest and largest in brackets.")
        return parts.joined(separator: "\n\n")
    }

    private var passTable: String {
        let titles = [
            "services", "requests", "latency", "pass", "floor", "ratio", "CPU pass", "CPU floor", "CPU a service",
            "memory", "CPU of the file",
        ]
        return Self.layout(
            [titles]
                + rows.map { row in
                    [
                        "\(row.services)", "\(row.requests)", row.latencyMilliseconds.map { "\($0) ms" } ?? "real",
                        text(row.passWall, "ms", 1_000), text(row.floorWall, "ms", 1_000),
                        number(row.passWall.median / row.floorWall.median, 2), text(row.passCPU, "ms", 1_000),
                        text(row.floorCPU, "ms", 1_000),
                        "\(number(row.passCPU.median * 1_000_000 / Double(max(1, row.services)), 0)) µs",
                        "\(number(row.memory.median / 1_000_000, 0)) MB", text(row.loading, "ms", 1_000),
                    ]
                }
        )
    }

    private static func layout(_ cells: [[String]]) -> String {
        let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let rendered = cells.map { row in
            "| " + zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: " | ")
                + " |"
        }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 1) + ":" }.joined(separator: "|") + "|"
        return ([rendered[0], rule] + rendered.dropFirst()).joined(separator: "\n")
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

    // MARK: - JSON

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
            var latencyMilliseconds: Int?
            var passSeconds: Spread
            var floorSeconds: Spread
            var wallRatio: Double
            var passCPUSeconds: Spread
            var floorCPUSeconds: Spread
            var fileCPUSeconds: Spread
            var memoryBytes: Spread
        }

        struct Creation: Codable {
            var services: Int
            var writes: Int
            var writeLatencyMilliseconds: Int
            var seconds: Spread
            var idealSeconds: Double
            var wallRatio: Double
            var cpuSeconds: Spread
        }

        struct ByHand: Codable {
            var services: Int
            var seconds: Spread
            var passSeconds: Spread
        }

        var runs: Int
        var concurrency: Int
        var sizes: [Size]
        var cpuSecondsGrowth: Growth?
        var memoryBytesGrowth: Growth?
        var creates: Creation?
        var byHand: ByHand?

        init(_ report: BenchReport) {
            runs = report.runs
            concurrency = report.concurrency
            cpuSecondsGrowth = report.cpuGrowth
            memoryBytesGrowth = report.memoryGrowth
            creates = report.creates.map { creates in
                Creation(
                    services: creates.services,
                    writes: creates.writes,
                    writeLatencyMilliseconds: creates.writeLatencyMilliseconds,
                    seconds: creates.wall,
                    idealSeconds: creates.ideal,
                    wallRatio: creates.ideal > 0 ? creates.wall.median / creates.ideal : 0,
                    cpuSeconds: creates.cpu
                )
            }
            byHand = report.peer.map {
                ByHand(services: $0.services, seconds: Spread($0.byHand), passSeconds: Spread($0.applied))
            }
            sizes = report.rows.map { row in
                Size(
                    services: row.services,
                    requests: row.requests,
                    latencyMilliseconds: row.latencyMilliseconds,
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
}
