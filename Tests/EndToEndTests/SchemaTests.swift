import Foundation
import JSON
import Testing

/// `reconcile schema`.
@Suite(.timeLimit(.minutes(60))) struct SchemaTests {
    @Test(
        arguments: [
            ([], "manifests/schemas/file.schema.json"), (["--output", "json"], "manifests/schemas/file.schema.json"),
            (["--output", "markdown"], "docs/reference.md"),
        ] as [([String], String)]
    )
    func `it prints what is committed, and needs nothing`(_ options: [String], _ path: String) async throws {
        let result = try await Command(["schema"] + options).run()
        #expect(result.status == 0)
        #expect(result.errors == "")
        let committed = try String(contentsOf: Command.package.appending(path: path), encoding: .utf8)
        let isSame = result.output == committed
        #expect(isSame, "run: reconcile schema \(options.joined(separator: " ")) > \(path)")
        if path.hasSuffix("json") {
            let schema = try JSONValue(parsing: Array(result.output.utf8))
            #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        }
    }

    @Test func `there is help, and a form that there is not is usage`() async throws {
        let help = try await Command(["schema", "--help"]).run()
        #expect(help.status == 0)
        #expect(help.output.contains("# yaml-language-server: $schema=file.schema.json"))
        let wrong = try await Command(["schema", "--output", "xml"]).run()
        #expect(wrong.status == 64)
        #expect(wrong.output == "")
    }
}
