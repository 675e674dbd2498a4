import JSON
import Kinds
import TestSupport
import Testing
import YAMLDocument

@testable import DesiredState

/// Holds the JSON Schema of the file against the program, with every file of one service or several that a test reads.
///
/// An editor that knows the schema and `reconcile validate` must agree except where a row below gives the reason.
enum SchemaAgreement {
    /// What the program refuses and no schema can: the rows are looked for in its messages.
    static let onlyTheProgramRefuses: [(pattern: String, reason: String)] = [
        (
            "duplicate|twice|not in another file|same address|same host|renamedFrom|jwtFederation names",
            "it compares services and entries"
        ),
        (
            "needs a host|no port or host|secretRef is missing|nothing to open|no keys",
            "what is missing depends on the other fields"
        ),
        (
            "is for (OIDC services|services with|'mode)|needs |makes a launch URL|: publish (contains|names)|kind cannot be",
            "what a field may hold depends on the others"
        ),
        ("cookieDomain '.*' in forwardAuth", "it compares the domain with the host"),
        (
            "host|URL|URI|scheme|user name or password|no valid port|one-digit port|longer than|white space|icon",
            "addresses have rules that a pattern would make unreadable"
        ),
        ("is not a valid regular expression|outposts do not support", "patterns are parsed"),
        ("unknown unit|is too long|has 'hours'", "durations are parsed"),
        ("is reserved by|a policy that reconcile itself uses", "a few names are taken"),
        (
            "is not the name of|is not a key of|is not valid for|template has",
            "names of Kubernetes, and templates, are parsed"
        ),
        (
            "has a tag|begins with a zero|must be text, not|more than one line|control character|is empty",
            "what YAML's own text looked like is not in the value that the schema sees"
        ),
        ("has no value|must be a reference", "null takes a default away, and is a mistake where there is none"),
    ]

    /// What the schema refuses although the program takes it: nothing.
    static let onlyTheSchemaRefuses: [(pattern: String, reason: String)] = []

    private static let schema = JSONSchema(FileSchema.json)

    static func check(_ input: MarkedText, _ result: DesiredStateLoader.Result) {
        let parsed = ParsedYAML(input.source.bytes)
        guard parsed.problems.isEmpty, let root = parsed.root else { return }
        let mistakes = schema.mistakes(in: root.json)
        let errors = result.diagnostics.filter { $0.severity == .error }
        if errors.isEmpty, result.diagnostics.isEmpty {
            let unexpected = mistakes.filter { !isListed($0, onlyTheSchemaRefuses) }
            #expect(unexpected.isEmpty, "only the schema refuses it: \(unexpected)")
        } else if !errors.isEmpty, mistakes.isEmpty {
            let unexpected = errors.map(\.message).filter { !isListed($0, onlyTheProgramRefuses) }
            #expect(unexpected.isEmpty, "only the program refuses it: \(unexpected)")
        }
    }

    static func isListed(_ text: String, _ list: [(pattern: String, reason: String)]) -> Bool {
        list.contains { row in (try? Regex(row.pattern).firstMatch(in: text)) != nil }
    }
}
