import Foundation
import JSON
import TestSupport
import Testing

/// `reconcile validate --output …`: what a program or a workflow gets.
@Suite(.timeLimit(.minutes(60))) struct ValidationOutputTests {
    private static let head = "apiVersion: reconcile/v1\nowner: homelab\nhost: apps.example.net\n"

    private func validate(_ text: String, _ form: String) async throws -> Command.Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "a,b:100%-\(UUID().uuidString).yaml")
        try Data((Self.head + text).utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await Command(["validate", "--config", file.path, "--output", form]).run()
    }

    @Test(
        arguments: [
            ("services: [{slug: a, port: 3000}]", 0, true, 0),
            ("services: [{slug: a, port: '3000'}]", 0, true, 1),
            ("services: [{slug: a, port: x, clientSecret: hunter2}]", 65, false, 2),
            ("\tservices: []", 65, false, 1),
        ] as [(String, Int32, Bool, Int)]
    )
    func `JSON is as its schema says`(text: String, status: Int32, isValid: Bool, count: Int) async throws {
        let result = try await validate(text, "json")
        #expect(result.status == status)
        #expect(result.errors == "")
        #expect(!result.output.contains("hunter2"))
        let json = try JSONValue(parsing: Array(result.output.utf8))
        #expect(json["isValid"]?.bool == isValid)
        #expect(json["diagnostics"]?.array?.count == count)
        let path = Command.package.appending(path: "manifests/schemas/validation.schema.json")
        let schema = try JSONValue(parsing: Array(try Data(contentsOf: path)))
        #expect(JSONSchema(schema).mistakes(in: json) == [])
    }

    @Test func `annotations name the place, and escape what a runner would read`() async throws {
        let result = try await validate("services: [{slug: a, port: x, name: '::error::50%'}]", "github")
        #expect(result.status == 65)
        #expect(result.errors == "")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 1)
        let line = String(lines.first ?? "")
        #expect(line.hasPrefix("::error file=") && line.contains("a%2Cb%3A100%25-"))
        #expect(line.contains(",line=4,col=28,title=reconcile::service 'a': port must be a whole number"))
        let valid = try await validate("services: []", "github")
        #expect(valid.status == 0 && valid.output.hasSuffix("The file is valid.\n"))
    }
}
