/// How a sandbox compares with the recorded servers.
struct ConformanceTable {
    private let results: [Replay.Result]

    init(_ results: [Replay.Result]) {
        self.results = results
    }

    /// For a terminal.
    var text: String {
        let header = Self.cells(["exchanges", "equal", "different", "left out"])
        return (["\("scenario".padded(to: 42))\(header)"] + results.map { row($0) } + [total]).joined(separator: "\n")
    }

    var markdown: String {
        let rows = results.map { result in
            "| \(result.server.rawValue) | \(result.scenario) | \(result.exchanges) | \(result.equal) "
                + "| \(result.differences.count) | \(result.leftOut.count) |\n"
        }
        let leftOut = results.flatMap(\.leftOut).map { "- `\($0.exchange)`: \($0.reason)\n" }
        return """
            # How the sandbox compares with live servers

            Each row is a scenario that was recorded, request by request, of a live Authentik, and replayed against
            `reconcile sandbox` of that release: status, content type, error bodies, and every field and value. What
            cannot be equal (keys, generated ids and secrets, dates, host names) is matched up one to one. The test
            `ConformanceTests` makes this document and fails if it is not true. `2026.5.0-rc1` is an early candidate;
            `grant-types-forecast` is the same with two fields that 2026.5 came to have, `2026.5.0-rc1-may` the last
            candidate, and `2026.8.0-rc1` one that has all of 2026.5 and nothing of what is new in 2026.8. They are
            replayed against builds of the sandbox's that are like the first and the last, and are not offered. Its 2026.5
            is like the last, but for the version and that a secret is shown only to who may change it (2026.5.7); its
            2026.8 differs from that in what the release notes say; its 2026.2 was not recorded, and is between 2025.12 and
            2026.5 as the documents of its API are. `ModelTests` holds every answer of the offered releases to those
            documents. Of `2025.12.4`, `access`, `forward-auth`, `more-fields` and `scope-mappings` are of a candidate,
            too, which lacks five fields.

            | server | scenario | exchanges | equal | different | left out |
            |---|---|---:|---:|---:|---:|
            \(rows.joined())| **all** | | \(sum(\.exchanges)) | \(sum(\.equal)) | \(sum(\.differences.count)) \
            | \(sum(\.leftOut.count)) |

            ## Left out

            \(leftOut.isEmpty ? "Nothing.\n" : leftOut.joined())
            """
    }

    private var total: String {
        let counts = [sum(\.exchanges), sum(\.equal), sum(\.differences.count), sum(\.leftOut.count)]
        return "all".padded(to: 42) + Self.cells(counts.map(String.init))
    }

    private func row(_ result: Replay.Result) -> String {
        let counts = [result.exchanges, result.equal, result.differences.count, result.leftOut.count]
        return "\(result.server.rawValue)/\(result.scenario)".padded(to: 42) + Self.cells(counts.map(String.init))
    }

    private func sum(_ value: (Replay.Result) -> Int) -> Int { results.reduce(0) { $0 + value($1) } }

    private static func cells(_ texts: [String]) -> String {
        texts.map { String(repeating: " ", count: max(0, 11 - $0.count)) + $0 }.joined()
    }
}

extension String {
    /// Filled up with spaces at the end.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
