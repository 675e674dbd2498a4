/// What is made of a value in a JSON text.
///
/// It asks for the members that it needs; the others are skipped.
package protocol JSONReadable {
    init(_ json: JSONElement) throws(JSONMismatch)
}

extension JSONElement {
    /// The value of a member, which must be there.
    package func read<Value: JSONReadable>(_ name: String) throws(JSONMismatch) -> Value {
        guard let member = try member(name) else { throw JSONMismatch(self, lacking: name) }
        return try Value(member)
    }

    /// The value of a member; nil if it is null or missing.
    package func readIfPresent<Value: JSONReadable>(_ name: String) throws(JSONMismatch) -> Value? {
        guard let member = try member(name), !member.isNull else { return nil }
        return try Value(member)
    }

    private func member(_ name: String) throws(JSONMismatch) -> JSONElement? {
        guard kind == .object else { throw JSONMismatch(self, expected: "an object") }
        return self[name]
    }
}

extension String: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        guard let string = json.string else { throw JSONMismatch(json, expected: "a string") }
        self = string
    }
}

extension Int: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        guard let integer = json.integer else { throw JSONMismatch(json, expected: "an integer") }
        self = integer
    }
}

extension Bool: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        guard let bool = json.bool else { throw JSONMismatch(json, expected: "a boolean") }
        self = bool
    }
}

extension Array: JSONReadable where Element: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        guard let items = try json.items({ (item) throws(JSONMismatch) in try Element(item) }) else {
            throw JSONMismatch(json, expected: "a list")
        }
        self = items
    }
}

extension JSONValue: JSONReadable {}

/// Where and how a JSON text is not what it should be; it quotes no value.
package struct JSONMismatch: Error, Equatable, CustomStringConvertible {
    package let description: String

    /// - Parameter expected: What it should be: `an integer`.
    package init(_ element: JSONElement, expected: String) {
        description = "\(Self.place(element)) is \(element.noun); expected \(expected)"
    }

    /// - Parameter name: That of a member.
    package init(_ element: JSONElement, lacking name: String) {
        description = "\(Self.place(element)) has no '\(name)'"
    }

    private static func place(_ element: JSONElement) -> String {
        let path = element.path
        return path.isEmpty ? "it" : path
    }
}
