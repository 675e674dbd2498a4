import FoundationEssentials
import JSON

/// Checks the fields of a request body one by one, like a serializer of Django REST framework, and writes valid ones
/// into a draft of the model.
///
/// A field that is not sent leaves the draft unchanged, even in PUT: only a *required* field must be present.
struct Validator {
    private let members: [String: JSONValue]
    /// Whether required fields may be omitted: in a PATCH.
    let isPartial: Bool
    private var errors: [String: JSONValue] = [:]

    /// - Throws: ``Refusal/invalid(_:)`` if the body is not an object.
    init(_ body: JSONValue, partial: Bool) throws(Refusal) {
        switch body {
        case .object(let members): self.members = members
        case .null: throw .invalid("non_field_errors", "No data provided")
        default:
            throw .invalid(
                "non_field_errors",
                "Invalid data. Expected a dictionary, but got \(body.pythonType)."
            )
        }
        isPartial = partial
    }

    /// Whether the body has the field, with a value other than null.
    func isSent(_ field: String) -> Bool { members[field].map { !$0.isNull } ?? false }

    func hasFailed(_ field: String) -> Bool { errors[field] != nil }

    /// Requires a field that is read elsewhere.
    mutating func required(_ field: String) { _ = value(field, required: true) }

    /// - Throws: ``Refusal/invalid(_:)`` with all errors, if there are any.
    func finish() throws(Refusal) {
        if !errors.isEmpty { throw .invalid(.object(errors)) }
    }

    mutating func fail(_ field: String, _ messages: String...) {
        errors[field] = .strings(messages)
    }

    mutating func fail(_ field: String, with error: JSONValue) {
        errors[field] = error
    }

    /// The value of a field; nil if it is not sent or was already rejected.
    mutating func value(_ field: String, required: Bool = false, nullable: Bool = false) -> JSONValue? {
        guard let value = members[field] else {
            if required, !isPartial { fail(field, "This field is required.") }
            return nil
        }
        if value.isNull, !nullable {
            fail(field, "This field may not be null.")
            return nil
        }
        return value
    }
}

extension Validator {
    /// Text, trimmed.
    ///
    /// - Parameters:
    ///   - maximum: the maximum number of characters.
    ///   - check: returns what is wrong with a text of the right form.
    mutating func text(
        _ field: String,
        into target: inout String,
        required: Bool = false,
        blank: Bool = true,
        maximum: Int? = nil,
        check: (String) -> String? = { _ in nil }
    ) {
        guard let value = value(field, required: required) else { return }
        switch value {
        case .string, .integer, .double: break
        default: return fail(field, "Not a valid string.")
        }
        let text = value.pythonText.trimmed
        if text.isEmpty, !blank { return fail(field, "This field may not be blank.") }
        if text.unicodeScalars.contains("\0") { return fail(field, "Null characters are not allowed.") }
        if let maximum, text.unicodeScalars.count > maximum {
            return fail(field, "Ensure this field has no more than \(maximum) characters.")
        }
        // An empty text is not checked any further.
        if !text.isEmpty, let error = check(text) { return fail(field, error) }
        target = text
    }

    /// Text that may be null, and is not blank.
    mutating func optionalText(
        _ field: String,
        into target: inout String?,
        check: (String) -> String? = { _ in nil }
    ) {
        guard let value = value(field, nullable: true) else { return }
        if value.isNull { return target = nil }
        var text = target ?? ""
        self.text(field, into: &text, blank: false, check: check)
        target = text
    }

    mutating func choice<Value: Choice>(_ field: String, into target: inout Value, required: Bool = false) {
        guard let value = value(field, required: required) else { return }
        guard let choice = Value(rawValue: value.pythonText) else {
            return fail(field, "\"\(value.pythonText)\" is not a valid choice.")
        }
        target = choice
    }

    mutating func flag(_ field: String, into target: inout Bool) {
        guard let value = value(field) else { return }
        switch value.pythonText.lowercased() {
        case "true", "t", "yes", "y", "on", "1": target = true
        case "false", "f", "no", "n", "off", "0": target = false
        default: fail(field, "Must be a valid boolean.")
        }
    }

    mutating func integer(_ field: String, into target: inout Int, required: Bool = false, in range: ClosedRange<Int>) {
        guard let value = value(field, required: required) else { return }
        guard let number = value.integer ?? value.string.flatMap({ Int($0.trimmed) }) else {
            return fail(field, "A valid integer is required.")
        }
        if number < range.lowerBound {
            return fail(field, "Ensure this value is greater than or equal to \(range.lowerBound).")
        }
        if number > range.upperBound {
            return fail(field, "Ensure this value is less than or equal to \(range.upperBound).")
        }
        target = number
    }

    /// Any JSON object.
    mutating func dictionary(_ field: String, into target: inout JSONValue) {
        guard let value = value(field) else { return }
        guard case .object = value else {
            return fail(field, "Value must be a dictionary, and not have any duplicate keys.")
        }
        target = value
    }

    /// The primary key of another object.
    ///
    /// - Parameter check: returns what is wrong with an existing object.
    mutating func reference<Key: PrimaryKey>(
        _ field: String,
        into target: inout Key?,
        required: Bool = false,
        nullable: Bool = true,
        exists: (Key) -> Bool,
        check: (Key) -> String? = { _ in nil }
    ) {
        guard var value = value(field, required: required, nullable: nullable) else { return }
        if value == "" { value = .null }
        if value.isNull {
            return nullable ? target = nil : fail(field, "This field may not be null.")
        }
        switch Key.find(value, exists: exists) {
        case .failure(let error): fail(field, error.message)
        case .success(let key):
            if let error = check(key) { return fail(field, error) }
            target = key
        }
    }

    /// A list of primary keys of other objects.
    mutating func references<Key: PrimaryKey>(_ field: String, into target: inout [Key], exists: (Key) -> Bool) {
        guard let value = value(field) else { return }
        guard case .array(let items) = value else {
            return fail(field, "Expected a list of items but got type \"\(value.pythonType)\".")
        }
        var keys: [Key] = []
        for item in items {
            switch Key.find(item, exists: exists) {
            case .failure(let error): return fail(field, error.message)
            case .success(let key): if !keys.contains(key) { keys.append(key) }
            }
        }
        target = keys
    }
}

/// The values of a field that accepts one of a few words.
protocol Choice: RawRepresentable<String>, CaseIterable, Sendable {}

/// What identifies an object in a request body: a number for providers and users, a UUID for everything else.
protocol PrimaryKey: Hashable, Sendable {
    static func parse(_ value: JSONValue) -> Result<Self, InvalidKey>
}

/// Why a value is not the key of an existing object, in Authentik's words.
struct InvalidKey: Error {
    let message: String

    static func wrongType(_ value: JSONValue) -> InvalidKey {
        InvalidKey(message: "Incorrect type. Expected pk value, received \(value.pythonType).")
    }
}

extension PrimaryKey {
    /// The key of an object that exists.
    static func find(_ value: JSONValue, exists: (Self) -> Bool) -> Result<Self, InvalidKey> {
        parse(value).flatMap { key in
            exists(key)
                ? .success(key)
                : .failure(InvalidKey(message: "Invalid pk \"\(value.pythonText)\" - object does not exist."))
        }
    }
}

extension Int: PrimaryKey {
    static func parse(_ value: JSONValue) -> Result<Int, InvalidKey> {
        guard let number = value.integer ?? value.string.flatMap({ Int($0.trimmed) }) else {
            return .failure(.wrongType(value))
        }
        return .success(number)
    }
}

extension UUID: PrimaryKey {
    static func parse(_ value: JSONValue) -> Result<UUID, InvalidKey> {
        guard let text = value.string else { return .failure(.wrongType(value)) }
        guard let uuid = UUID(lenient: text) else {
            return .failure(InvalidKey(message: "“\(text)” is not a valid UUID."))
        }
        return .success(uuid)
    }
}
