package import JSON
import Kinds

/// The result of `reconcile validate` for programs: JSON, and annotations of a GitHub workflow.
package struct ValidationDocument: Sendable {
    package var result: DesiredStateLoader.Result

    package init(_ result: DesiredStateLoader.Result) {
        self.result = result
    }

    /// As manifests/schemas/validation.schema.json describes it.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "kind": "validation",
            "version": 1,
            "isValid": .bool(result.state != nil),
            "summary": [
                "errors": .integer(result.diagnostics.reduce(0) { $0 + $1.errors }),
                "warnings": .integer(result.diagnostics.reduce(0) { $0 + $1.warnings }),
            ],
            "diagnostics": .array(result.diagnostics.map(\.json)),
        ]
        if let state = result.state {
            members["owner"] = .string(state.owner)
            members["services"] = [
                "total": .integer(state.services.count),
                "oidc": .integer(state.services.count { $0.provider != nil }),
                "forwardAuth": .integer(state.services.count { $0.forwardAuth != nil }),
            ]
        }
        return .object(members)
    }

    /// A line for each diagnostic, which a GitHub workflow shows at the line of the file
    /// (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
    ///
    ///     ::error file=services.yaml,line=6,col=5,title=reconcile::service 'grafana': unknown field 'redirectpath'; did you mean …
    package var annotations: [String] { result.diagnostics.map(\.annotation) }
}

extension Diagnostic {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["severity": .string(severity.rawValue), "message": .string(message)]
        if !file.isEmpty { members["file"] = .string(file) }
        members["line"] = line.map(JSONValue.integer)
        members["column"] = column.map(JSONValue.integer)
        members["hint"] = hint.map(JSONValue.string)
        return .object(members)
    }

    fileprivate var annotation: String {
        var properties: [(String, String)] = []
        if !file.isEmpty { properties.append(("file", file)) }
        if let line { properties.append(("line", "\(line)")) }
        if let column { properties.append(("col", "\(column)")) }
        properties.append(("title", "reconcile"))
        let list = properties.map { "\($0)=\(DisplayText($1).text.escapedAsProperty)" }.joined(separator: ",")
        return "::\(severity.rawValue) \(list)::\(DisplayText(text).text.escapedAsData)"
    }
}

extension String {
    /// GitHub's escapes, of which the runner knows just these (actions/toolkit, packages/core/src/command.ts).
    fileprivate var escapedAsData: String {
        replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    fileprivate var escapedAsProperty: String {
        escapedAsData.replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
