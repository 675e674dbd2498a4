import CurlTransport
import Foundation
import JSON
import Testing

/// `reconcile sandbox` with faults, a control endpoint and a log file.
@Suite(.timeLimit(.minutes(60))) struct FaultTests {
    /// What the log file says of a first pass under these faults.
    ///
    /// It is over the homelab's file without what is behind an outpost, whose pk is another one each time.
    private func logOfAPass(_ faults: String..., seed: Int) async throws -> [JSONValue] {
        let file = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let options = faults.flatMap { ["--fault", $0] } + ["--fault-seed", "\(seed)", "--log-file", file.path]
        let sandbox = try SandboxProcess(token: token, options)
        var environment = secrets
        environment["AUTHENTIK_URL"] = try await sandbox.baseURL()
        environment["AUTHENTIK_TOKEN"] = token
        let services = try String(contentsOf: Command.package.appending(path: homelab), encoding: .utf8)
        let result = try await withFile("services.yaml") { path in
            try services.replacing("    forwardAuth: { mode: single }\n", with: "")
                .write(toFile: path, atomically: true, encoding: .utf8)
            return try await Command(["--once", "--config", path], environment: environment).run()
        }
        #expect(result.status == 0)
        #expect(result.errors.contains("trying again"))
        result.expectNoSecrets()
        #expect(try await sandbox.stop() == 0)
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        for secret in [token] + secrets.values { #expect(!text.contains(secret)) }
        #expect(text.hasSuffix("\n"))
        return try text.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
    }

    @Test func aPassThroughFaultsIsCountedInTheLogFile() async throws {
        let transaction = "/api/v3/core/transactional/applications/"
        let log = try await logOfAPass(
            "reset=after,method=PUT,times=1",
            "unavailable=503,retry-after=0,method=POST,times=2",
            seed: 7
        )
        let transactions = log.filter { $0["path"]?.string == transaction }
        #expect(transactions.count == 2)
        #expect(Set(transactions.map { $0["status"] }) == [0, 200])
        #expect(transactions.compactMap { $0["faults"] } == [["reset=after"]])
        #expect(log.count { $0["status"] == 503 } == 2)
        #expect(log.count { $0["method"] == "POST" && $0["status"] == 201 } == 14)
        #expect(log.allSatisfy { $0["milliseconds"] != nil })
    }

    @Test func theSameSeedMakesTheSameFaults() async throws {
        /// Requests that are sent at the same time arrive in any order.
        func reads(seed: Int) async throws -> [String] {
            let log = try await logOfAPass("unavailable=502,retry-after=0,method=GET,share=0.4", seed: seed)
            return log.filter { $0["method"] == "GET" }
                .map { "\($0["path"]?.string ?? "") \($0["status"] ?? .null)" }.sorted()
        }
        let first = try await reads(seed: 7)
        #expect(try await reads(seed: 7) == first)
        #expect(first.count > 14)
    }

    @Test func faultsAndCountsAreThereOverTheControlEndpoint() async throws {
        let sandbox = try SandboxProcess(token: token, ["--control", "--fault", "truncated,times=1"])
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        let url = "\(try await sandbox.baseURL())/-/sandbox/faults/"
        let response = try await CurlTransport(configuration: configuration).send(
            HTTPRequest("GET", url, headers: ["authorization": "Bearer \(token)"])
        )
        #expect(try JSONValue(parsing: response.body)["rules"] == ["truncated,times=1"])
        let printed = try await sandbox.output(containing: "--fault-seed")
        #expect(printed.contains("The same faults again: --fault 'truncated,times=1' --fault-seed "))
        #expect(try await sandbox.stop() == 0)
    }

    @Test func aRuleThatMakesNoSenseIsToldWhatIsWrong() async throws {
        let result = try await Command(["sandbox", "--fault", "latncy=200ms"]).run()
        #expect(result.status == 64)
        #expect(result.errors.contains("unknown fault 'latncy'; known faults: latency=200ms, "))
    }

    @Test func aLogFileThatCannotBeOpenedIsOneSentence() async throws {
        let result = try await Command(["sandbox", "--port", "0", "--log-file", "/nowhere/log"]).run()
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(result.errors == "error: cannot open the log file '/nowhere/log': No such file or directory\n")
    }
}
