import DesiredState
import JSON

/// The form of a result.
package enum OutputFormat: String, CaseIterable, Sendable {
    case text, json, markdown
}

/// The JSON of this program's output, for machines but also readable.
package enum JSONText {
    /// With sorted keys, and one line for each value.
    package static func of(_ value: some Encodable) -> String {
        String(decoding: bytes(of: value), as: UTF8.self)
    }

    /// - Parameter level: the depth of the value within the surrounding text; its first line is not indented.
    package static func bytes(of value: some Encodable, level: Int = 0) -> [UInt8] {
        // The documents contain nothing that cannot be encoded.
        guard let text = try? JSONTextEncoder.pretty(value, level: level) else {
            preconditionFailure("a document does not encode")
        }
        guard let first = text.firstIndex(of: UInt8(ascii: "#")), text[first...].contains(pair: UInt8(ascii: "#"))
        else {
            return text
        }
        return Array(RunnerCommand.neutralized(json: String(decoding: text, as: UTF8.self)).utf8)
    }
}

extension ArraySlice<UInt8> {
    /// Whether it contains a byte twice in a row.
    fileprivate func contains(pair byte: UInt8) -> Bool { zip(self, dropFirst()).contains { $0 == byte && $1 == byte } }
}
