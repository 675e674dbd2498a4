package import JSON

/// Checks a value against a JSON Schema, of which it knows what the schemas of this project use.
package struct JSONSchema: Sendable {
    /// Keywords that say nothing about a value.
    private static let annotations: Set = ["$schema", "$defs", "title", "description", "default"]

    private let root: JSONValue

    package init(_ schema: JSONValue) {
        root = schema
    }

    /// What is wrong with a value, each with the path to it; empty if nothing is.
    package func mistakes(in value: JSONValue) -> [String] { mistakes(in: value, root, at: "$") }

    private func mistakes(in value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        (schema.object ?? [:]).sorted { $0.key < $1.key }
            .flatMap { keyword, argument -> [String] in
                switch keyword {
                case _ where Self.annotations.contains(keyword): return []
                case "$ref": return mistakes(in: value, definition(argument), at: path)
                case "const": return value == argument ? [] : ["\(path) is not \(argument)"]
                case "enum": return argument.array?.contains(value) == true ? [] : ["\(path) is none of \(argument)"]
                case "type":
                    let types = argument.array ?? [argument]
                    return types.contains { isOfType(value, $0) } ? [] : ["\(path) is no \(argument)"]
                case "anyOf", "oneOf":
                    let fits = (argument.array ?? []).count { mistakes(in: value, $0, at: path).isEmpty }
                    let isFit = keyword == "anyOf" ? fits > 0 : fits == 1
                    return isFit ? [] : ["\(path) fits \(fits) of \(keyword)"]
                case "pattern":
                    guard let text = value.string else { return [] }
                    return matches(text, argument.string ?? "") ? [] : ["\(path) does not match \(argument)"]
                case "minimum", "minLength", "minItems", "minProperties":
                    return isWithin(value, keyword, argument, >=) ? [] : ["\(path) is beyond \(keyword)"]
                case "maximum", "maxProperties":
                    return isWithin(value, keyword, argument, <=) ? [] : ["\(path) is beyond \(keyword)"]
                case "items":
                    return (value.array ?? []).enumerated()
                        .flatMap { mistakes(in: $0.element, argument, at: "\(path)[\($0.offset)]") }
                case "required":
                    guard value.object != nil else { return [] }
                    return (argument.array ?? []).compactMap(\.string).filter { value[$0] == nil }
                        .map { "\(path) lacks \($0)" }
                case "properties":
                    return (argument.object ?? [:]).flatMap { name, schema in
                        value[name].map { mistakes(in: $0, schema, at: "\(path).\(name)") } ?? []
                    }
                case "patternProperties":
                    return (argument.object ?? [:]).flatMap { pattern, schema in
                        (value.object ?? [:]).filter { matches($0.key, pattern) }
                            .flatMap { mistakes(in: $0.value, schema, at: "\(path).\($0.key)") }
                    }
                case "additionalProperties" where argument == false:
                    let known = Set(schema["properties"]?.object?.keys.map { $0 } ?? [])
                    let patterns = schema["patternProperties"]?.object?.keys.map { $0 } ?? []
                    return Set(value.object?.keys.map { $0 } ?? []).subtracting(known).sorted()
                        .filter { name in !patterns.contains { matches(name, $0) } }
                        .map { "\(path) has \($0)" }
                case "additionalProperties":
                    let known = Set(schema["properties"]?.object?.keys.map { $0 } ?? [])
                    return (value.object ?? [:]).filter { !known.contains($0.key) }
                        .flatMap { mistakes(in: $0.value, argument, at: "\(path).\($0.key)") }
                default: return ["the schema uses \(keyword), which this check does not know"]
                }
            }
    }

    private func matches(_ text: String, _ pattern: String) -> Bool {
        (try? Regex(pattern).firstMatch(in: text)) != nil
    }

    /// Whether a value keeps to a limit; one that has no such size does.
    private func isWithin(
        _ value: JSONValue,
        _ keyword: String,
        _ argument: JSONValue,
        _ keeps: (Double, Double) -> Bool
    ) -> Bool {
        let size: Double? =
            switch keyword {
            case "minLength": value.string.map { Double($0.unicodeScalars.count) }
            case "minItems": value.array.map { Double($0.count) }
            case "minProperties", "maxProperties": value.object.map { Double($0.count) }
            default: number(value)
            }
        guard let size, let limit = number(argument) else { return true }
        return keeps(size, limit)
    }

    private func definition(_ reference: JSONValue) -> JSONValue {
        let name = reference.string.map { String($0.dropFirst("#/$defs/".count)) } ?? ""
        return root["$defs"]?[name] ?? ["const": .string("no definition of \(name)")]
    }

    private func isOfType(_ value: JSONValue, _ type: JSONValue) -> Bool {
        switch type.string {
        case "string": value.string != nil
        case "boolean": value.bool != nil
        case "integer": value.integer != nil
        case "number": number(value) != nil
        case "array": value.array != nil
        case "object": value.object != nil
        case "null": value.isNull
        default: false
        }
    }

    private func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}
