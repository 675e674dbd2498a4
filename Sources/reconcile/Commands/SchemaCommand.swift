import ArgumentParser
import DesiredState
import JSON

/// `reconcile schema`: the format of files, independent of any file.
struct SchemaCommand: ParsableCommand {
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case json, markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the file, or its reference; needs nothing at all.",
        discussion: """
            For an editor that checks and completes YAML by a schema:

              reconcile schema > file.schema.json

            and at the top of the file: '# yaml-language-server: $schema=file.schema.json'. 'reconcile validate' knows \
            more: it holds a file to all of Authentik's rules.

            Exit codes: 0 the schema is on stdout; 64 usage.
            """
    )

    @Option(help: "'json' is the schema (JSON Schema, draft 2020-12), 'markdown' a table of all fields for people.")
    var output: Form = .json

    func run() {
        switch output {
        case .json: StandardOutput.print(String(decoding: FileSchema.json.serialized(pretty: true), as: UTF8.self))
        case .markdown: StandardOutput.print(FileReference.markdown)
        }
    }
}
