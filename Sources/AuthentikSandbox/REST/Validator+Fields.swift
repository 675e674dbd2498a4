import FoundationEssentials
import JSON

extension Validator {
    /// Text, trimmed.
    ///
    /// - Parameters:
    ///   - maximum: how many characters it may have.
    ///   - check: says what is wrong with a text that is right in form.
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
        // An empty text is not looked at any further.
        if !text.isEmpty, let error = check(text) { return fail(field, error) }
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
    /// - Parameter check: says what is wrong with an object that exists.
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
