import JSON

/// The way to a field, as field managers own them.
///
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
struct FieldPath: Hashable, Sendable {
    enum Element: Hashable, Sendable {
        /// A member.
        case member(String)
        /// The item of a list that has a value under a name.
        case item(name: String, value: String)

        /// As `fieldsV1` writes it.
        var text: String {
            switch self {
            case .member(let name): "f:\(name)"
            case .item(let name, let value):
                "k:" + String(decoding: JSONValue.object([name: .string(value)]).serialized(), as: UTF8.self)
            }
        }

        init?(_ text: String) {
            let rest = text.dropFirst(2)
            if text.hasPrefix("f:") {
                self = .member(String(rest))
            } else if text.hasPrefix("k:"), let keys = try? JSONValue(parsing: Array(rest.utf8)).object,
                let (name, value) = keys.first, let value = value.string, keys.count == 1
            {
                self = .item(name: name, value: value)
            } else {
                return nil
            }
        }
    }

    var elements: [Element] = []

    static func + (path: FieldPath, element: Element) -> FieldPath { FieldPath(elements: path.elements + [element]) }

    func starts(with other: FieldPath) -> Bool { elements.starts(with: other.elements) }

    /// The member names, without the items of lists.
    var names: [String] {
        elements.compactMap { if case .member(let name) = $0 { name } else { nil } }
    }
}

extension FieldPath: CustomStringConvertible {
    /// As a conflict names it: `.data.issuer`.
    var description: String {
        elements.map { element in
            switch element {
            case .member(let name): ".\(name)"
            case .item(let name, let value): "[\(name)=\"\(value)\"]"
            }
        }.joined()
    }
}
