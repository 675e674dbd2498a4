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

            Each row is a scenario that was recorded, request by request, from a live Authentik, and replayed against
            `reconcile sandbox` of that release. Status, content type, error bodies, and every field and value are compared. What
            cannot be equal (keys, generated ids and secrets, dates, host names) is matched one to one. The test
            `ConformanceTests` writes this document and fails if it is not true.

            ## What was recorded

            | name | recorded from |
            |---|---|
            | `2024.12.5` | the release |
            | `2025.12.4` | the release; `access`, `forward-auth`, `more-fields` and `scope-mappings` from a candidate, which lacks five fields |
            | `2026.5.0-rc1` | an early candidate |
            | `grant-types-forecast` | the same candidate, with two fields that 2026.5 has |
            | `2026.5.0-rc1-may` | the last candidate |
            | `2026.8.0-rc1` | a candidate that has everything of 2026.5 and nothing that is new in 2026.8 |

            Recordings of candidates are replayed against two variants of the sandbox, like the first and the last candidate. They
            cannot be chosen with `--release`.

            ## What is offered

            | `--release` | is based on |
            |---|---|
            | `2024.12`, `2025.12` | the recordings of these releases |
            | `2026.2` | not recorded; between 2025.12 and 2026.5, as the documents of its API say |
            | `2026.5` | the last candidate; except for the version, and that a secret is shown only to those who may change it (2026.5.7) |
            | `2026.8` | 2026.5, and what the release notes say |

            `ModelTests` compares every answer of these releases with the documents of their API.

            ## Results

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
