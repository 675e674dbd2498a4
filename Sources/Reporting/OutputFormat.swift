import DesiredState
import FoundationEssentials
import JSON

/// The form of a result.
package enum OutputFormat: String, CaseIterable, Sendable {
    case text, json, markdown
}

/// The JSON of this program's output, for machines but also readable.
package enum JSONText {
    /// With sorted keys, and one line for each value.
    package static func of(_ value: some Encodable) -> String {
        // The documents contain nothing that cannot be encoded.
        guard let data = try? JSONEncoder().encode(value), let json = try? JSONValue(parsing: data) else {
            preconditionFailure("a document does not encode")
        }
        return RunnerCommand.neutralized(json: String(decoding: json.serialized(pretty: true), as: UTF8.self))
    }
}
