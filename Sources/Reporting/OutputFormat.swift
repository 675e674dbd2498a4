import DesiredState
import FoundationEssentials
import JSON

/// The form of a result.
package enum OutputFormat: String, CaseIterable, Sendable {
    case text, json, markdown
}

/// JSON of what this program hands out, for machines that people look at, too.
package enum JSONText {
    /// With sorted keys, a line for each value.
    package static func of(_ value: some Encodable) -> String {
        // The documents hold nothing that cannot be encoded.
        guard let data = try? JSONEncoder().encode(value), let json = try? JSONValue(parsing: data) else {
            preconditionFailure("a document does not encode")
        }
        return RunnerCommand.neutralized(json: String(decoding: json.serialized(pretty: true), as: UTF8.self))
    }
}
