import FoundationEssentials
import JSON
import Testing

@testable import AuthentikSandbox

/// The sandbox takes the URLs that Django takes with Authentik's rules for hosts; `Tests/Fixtures/urls.py` says how the
/// table was written.
struct URLCheckTests {
    @Test func `the table`() throws {
        let path = "\(#filePath.dropLast("AuthentikSandboxTests/URLCheckTests.swift".count))Fixtures/urls.json"
        let bytes = try #require(FileManager.default.contents(atPath: path))
        let rows = try #require(try JSONValue(parsing: bytes).array)
        #expect(rows.count > 500)
        for row in rows {
            let url = try #require(row.array?.first?.string)
            let verdicts = try #require(row.array?.dropFirst().map(\.bool))
            #expect((URLCheck.logout.error(in: url) == nil) == verdicts[0], "as a logout URI: \(url)")
            #expect((URLCheck.launch.error(in: url) == nil) == verdicts[1], "as a launch URL: \(url)")
        }
    }
}
