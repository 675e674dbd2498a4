import JSON

extension JSONValue {
    /// What Python calls the type, as error messages do.
    var pythonType: String {
        switch self {
        case .null: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .double: "float"
        case .string: "str"
        case .array: "list"
        case .object: "dict"
        }
    }

    /// The value as text in an error message.
    var pythonText: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): value
        case .array, .object: String(decoding: serialized(), as: UTF8.self)
        }
    }

    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }

    /// Text, or null where Authentik has none.
    static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    static func number(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
}

extension String {
    /// Without white space at both ends, as the REST framework stores text.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
