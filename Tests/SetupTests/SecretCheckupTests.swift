import Applying
import DesiredState
import Foundation
import SecretSources
import Testing

@testable import Setup

@Suite struct SecretCheckupTests {
    private func advice(_ reference: String, _ environment: [String: String]) async throws -> String {
        let text = """
            apiVersion: reconcile/v1
            owner: homelab
            host: h
            services:
              - {slug: a, port: 8443, redirectPath: /cb, secretRef: {\(reference)}}

            """
        let source = DesiredStateLoader.Source(path: "services.yaml", bytes: Array(text.utf8))
        let desired = try #require(DesiredStateLoader.load(sources: [source]).state)
        let resolved = await SecretResolver(environment: environment).resolve(desired)
        let findings = SecretCheckup(desired: desired, resolved: resolved).findings()
        #expect(findings.map(\.verdict) == [.problem])
        return try #require(findings.first?.advice)
    }

    @Test(arguments: ["s\u{e9}cret", "two\nlines", " space", String(repeating: "x", count: 256)])
    func `a variable that holds no client secret is to be corrected`(value: String) async throws {
        #expect(try await advice("env: SB", ["SB": value]) == "correct the value of SB; until then 'a' is blocked")
    }

    @Test(arguments: [[:], ["SB": ""]])
    func `a variable without a value is to be set`(environment: [String: String]) async throws {
        let advice = try await advice("env: SB", environment)
        #expect(advice == "set SB where the program runs; until then 'a' is blocked")
    }

    @Test func `a file that is no secret is to be corrected, and one that is missing brought`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "checkup-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "file").path
        try Data("two\nlines\n".utf8).write(to: URL(filePath: file))
        for path in [file, folder.path] {
            let step = "correct \(path): it must be a regular file with the secret, readable by the program"
            #expect(try await advice("file: \(path)", [:]) == "\(step); until then 'a' is blocked")
        }
        let missing = "mount or write \(file)s where the program runs; until then 'a' is blocked"
        #expect(try await advice("file: \(file)s", [:]) == missing)
    }
}
