import Base
import JSON
import Secrets

/// What an error body of Authentik says of fields, in all shapes that it has: `{"detail": "…"}`, `{"field": ["…"]}`,
/// `{"field": {"0": ["…"]}}`, `{"field": [{"inner": ["…"]}]}`, `{"field": {"non_field_errors": ["…"]}}`.
///
/// Ordered by field, and no more than somebody reads.
struct FieldErrors {
    private static let mostErrors = 20
    /// Of all errors together, names included; in scalars.
    private static let longestText = 2000
    private static let longestName = 200

    private(set) var found: [AuthentikError.FieldError] = []
    /// Whether there is more.
    private(set) var isCut = false
    private var room = longestText
    private let mask: SecretMask

    /// - Parameter mask: takes out what was sent in secret, should the body quote it, as a name or a value.
    init(_ body: JSONValue, hiding mask: SecretMask) {
        self.mask = mask
        collect(body, at: "")
    }

    private mutating func collect(_ value: JSONValue, at path: String) {
        guard !isCut else { return }
        switch value {
        case .object(let members):
            for (key, value) in members.sorted(by: { $0.key.exact < $1.key.exact }) {
                let isWhole = key == "non_field_errors" || (path.isEmpty && key == "detail")
                collect(value, at: isWhole ? path : joined(path, key))
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if case .object = element {
                    collect(element, at: "\(path)[\(index)]")
                } else {
                    collect(element, at: path)
                }
            }
        case .string(let text): add(text, at: path)
        case .null: break
        case .bool(let flag): add("\(flag)", at: path)
        case .integer(let number): add("\(number)", at: path)
        case .double(let number): add("\(number)", at: path)
        }
    }

    private mutating func add(_ text: String, at path: String) {
        guard found.count < Self.mostErrors, room > path.unicodeScalars.count else {
            isCut = true
            return
        }
        room -= path.unicodeScalars.count
        let message = mask(text).cut(to: room)
        room -= message.unicodeScalars.count
        found.append(.init(field: path, message: message))
    }

    private func joined(_ path: String, _ key: String) -> String {
        let name = mask(key)
        if path.isEmpty { return name.cut(to: Self.longestName) }
        return (Int(key) == nil ? "\(path).\(name)" : "\(path)[\(name)]").cut(to: Self.longestName)
    }
}
