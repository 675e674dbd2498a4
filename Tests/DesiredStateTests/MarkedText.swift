import DesiredState

/// Input in which `▲` marks the character where something is expected.
struct MarkedText {
    let source: DesiredStateLoader.Source
    let marks: [SourceLocation]

    init(_ text: String, path: String = "test.yaml") {
        var plain = String.UnicodeScalarView()
        var marks: [SourceLocation] = []
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars {
            if scalar == "▲" {
                marks.append(SourceLocation(file: path, line: line, column: column))
                continue
            }
            plain.append(scalar)
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        self.source = DesiredStateLoader.Source(path: path, bytes: Array(String(plain).utf8))
        self.marks = marks
    }

    /// A file of one OIDC service, with some fields of its own.
    static func oidc(_ fields: String) -> MarkedText {
        service("slug: grafana\nport: 8444\nredirectPath: /login\nsecretRef: {env: SECRET}\n\(fields)")
    }

    /// A file of one bookmark, with some fields of its own.
    static func bookmark(_ fields: String) -> MarkedText {
        service("slug: docs\n\(fields)")
    }

    /// A file of one service with these fields.
    static func service(_ fields: String) -> MarkedText {
        let lines = fields.split(separator: "\n").map { "    \($0)\n" }.joined()
        return MarkedText(head + "services:\n  -\n" + lines)
    }

    static let head = "apiVersion: reconcile/v1\nowner: homelab\nhost: sso.example.net\n"
}

extension DesiredStateLoader {
    /// Reads inputs, and holds the JSON Schema against what comes of a single one.
    static func load(_ inputs: MarkedText...) -> Result {
        let result = load(sources: inputs.map(\.source))
        if inputs.count == 1 { SchemaAgreement.check(inputs[0], result) }
        return result
    }
}

extension Diagnostic {
    var location: SourceLocation? {
        guard let line, let column else { return nil }
        return SourceLocation(file: file, line: line, column: column)
    }
}
