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
    /// What the program refuses and no schema can.
    ///
    /// A row is a whole message, without the service at its beginning and the places at its end (`in publish`).
    static let onlyTheProgramRefuses: [(pattern: String, reason: String)] = [
        (
            #"duplicate (slug|client id|provider name|published object)( '.*')?|scope mapping '.*': declared twice|"#
                + #"has the same (address|host, port and redirect URI) as service .*|"#
                + #"'.*' is in renamedFrom of another service too|'.*' in renamedFrom is the slug of another service|"#
                + #"renamedFrom contains the service's own slug|jwtFederation names '.*', which (is|has) .*"#,
            "it compares services and entries"
        ),
        (
            #"(port|redirectPath|forwardAuth) needs a host|loginURL is a path, but the service has no port or host|"#
                + #"'mode: (domain|proxy)' needs (cookieDomain|upstream)|secretRef is missing|nothing to open|"#
                + #"publish has no keys"#,
            "what is missing depends on the other fields"
        ),
        (
            #"\w+ is for (OIDC services|services with a login of their own|'mode: \w+'), but .*|restart needs .*|"#
                + #"publish (contains|names) the .*|kind cannot be ConfigMap|"#
                + #"cookieDomain '.*' in forwardAuth does not contain the service's host '.*'"#,
            "what a field may hold depends on the others"
        ),
        (
            #"(host|example|icon|upstream|\w+UR[LI]|an entry of \w+UR[LI]s) "#
                + #"(is not an (absolute|http or https) URL|is not a valid (IP address|host name)|"#
                + #"is longer than \d+ characters, Authentik's limit|"#
                + #"has (no host|no valid port|a port|a user name or password|white space|a query or fragment|"#
                + #"a '\\'|a host that|letters that|a one-digit port|a placeholder|a character that)\b.*)|"#
                + #"an entry of redirectPaths has white space in it|port \d makes a launch URL that Authentik rejects|"#
                + #"example does not match the pattern|slug is longer than 255 characters"#,
            "addresses have rules that a pattern would make unreadable"
        ),
        (
            #"icon (begins with '\.'|has '(\.\.|//)' in it|is an absolute path), which Authentik rejects|"#
                + #"icon (does not name an icon|is a path on this machine|is longer than Authentik's limits: .*|"#
                + #"has a (character that Authentik rejects in a media path|scheme that Authentik does not show))"#,
            "an icon is an address, a name or a path, each with rules of its own"
        ),
        (
            #"(url|an entry of skipPaths) is not a valid regular expression: .*|"#
                + #"an entry of skipPaths contains '.*', which outposts do not support"#,
            "patterns are parsed"
        ),
        (#"\w+(Validity|Threshold) (is too long|has the unknown unit '\w+'|has '\w+' twice)"#, "durations are parsed"),
        (
            #"slug '\w+' is reserved by Authentik|an entry of policies is '.*', a policy that reconcile itself uses"#,
            "a few names are taken"
        ),
        (
            #"(key|name|namespace) is not (a key|the name) of .*|a key is not valid for a Kubernetes object|"#
                + #"template has (a brace that is not part of a|an unknown) placeholder in '.*'"#,
            "names of Kubernetes, and templates, are parsed"
        ),
        (
            #"\w+ has a tag|port begins with a zero|(\w+|an entry of \w+) must be text, not '.*'|"#
                + #"(group \d+: )?(name|providerName) (is empty|has more than one line|has a control character in it)"#,
            "what YAML's own text looked like is not in the value that the schema sees"
        ),
        (
            #"\w+ has no value|secretRef must be a reference to a secret"#,
            "null takes a default away, and is a mistake where there is none"
        ),
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
            let unexpected = mistakes.filter { !isListed($0, schemaOnly) }
            #expect(unexpected.isEmpty, "only the schema refuses it: \(unexpected)")
        } else if !errors.isEmpty, mistakes.isEmpty {
            let unexpected = errors.map(\.message).filter { !isListed($0, programOnly) }
            #expect(unexpected.isEmpty, "only the program refuses it: \(unexpected)")
        }
    }

    private static func isListed(_ text: String, _ list: [Regex<AnyRegexOutput>]) -> Bool {
        list.contains { (try? $0.wholeMatch(in: text)) != nil }
    }

    private static func compiled(_ rows: [(pattern: String, reason: String)]) -> [Regex<AnyRegexOutput>] {
        rows.compactMap { try? Regex("(service '[^']*': )?(\($0.pattern))( in (an entry of )?\\w+)*") }
    }

    // Parsed once. Regexes are not `Sendable`, but searching does not change them.
    nonisolated(unsafe) private static let programOnly = compiled(onlyTheProgramRefuses)
    nonisolated(unsafe) private static let schemaOnly = compiled(onlyTheSchemaRefuses)
}
