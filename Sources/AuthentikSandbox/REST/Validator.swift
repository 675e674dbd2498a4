import JSON

/// Checks the fields of a request body one by one, as a serializer of Django REST framework does, and writes what is
/// right into a draft of the model.
///
/// A field that is not sent leaves the draft as it is, in PUT too: only a *required* field must be there.
struct Validator {
    private let members: [String: JSONValue]
    /// Whether required fields may be left out: in a PATCH.
    let isPartial: Bool
    private var errors: [String: JSONValue] = [:]

    /// - Throws: ``Refusal/invalid(_:)`` if the body is no object.
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

    /// The value of a field; nil if it is not sent or is refused already.
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
