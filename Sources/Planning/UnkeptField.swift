import AuthentikAPI
import JSON
package import Kinds

/// A field that was sent, and that Authentik answered otherwise.
package struct UnkeptField: Sendable {
    package var object: ObjectKind
    package var assignment: FieldAssignment
    /// What it holds instead; nil if the answer does not have the field.
    package var kept: FieldValue?

    package init(object: ObjectKind, assignment: FieldAssignment, kept: FieldValue?) {
        self.object = object
        self.assignment = assignment
        self.kept = kept
    }

    /// As people read it: `provider.grant_types`.
    package var name: String { "\(object.rawValue).\(assignment.field)" }

    /// Whether a client cannot log in without it, and is not to be told of it.
    package var isCredential: Bool {
        let credentials = [OAuth2Provider.Row.clientID, OAuth2Provider.Row.clientSecret]
        return object == .provider && credentials.contains { $0.attribute == assignment.field }
    }
}

extension UnkeptField {
    /// What is said of services that have such fields; each name once.
    package static func complaint(about names: [String]) -> String {
        "Authentik does not keep \(Set(names).sorted().joined(separator: ", ")) as declared"
    }
}

extension Application {
    /// What of the fields that were sent it does not hold.
    ///
    /// - Parameter link: the provider that it was to get; nil if it was not to get any.
    package func unkept(of sent: [FieldAssignment], link: Int? = nil) -> [UnkeptField] {
        var unkept = UnkeptField.all(of: sent, in: values, Self.fields, .application, declared: [])
        if let link, provider != link {
            let value = FieldValue.reference(.init(pk: .integer(link), name: "\(link)"))
            unkept.append(
                UnkeptField(object: .application, assignment: .init(field: "provider", value: value), kept: nil)
            )
        }
        return unkept
    }
}

extension OAuth2Provider {
    /// What of the fields that were sent it does not hold.
    ///
    /// - Parameter declared: the fields that the file sets: what this program sends besides may be unknown to a release.
    package func unkept(of sent: [FieldAssignment], declared: [String]) -> [UnkeptField] {
        UnkeptField.all(of: sent, in: values, Self.fields, .provider, declared: declared)
    }
}

extension UnkeptField {
    /// What of the fields that were sent an object does not hold; a secret that is not shown counts as held.
    fileprivate static func all(
        of sent: [FieldAssignment],
        in values: FieldValues,
        _ table: FieldTable,
        _ object: ObjectKind,
        declared: [String]
    ) -> [UnkeptField] {
        sent.compactMap { assignment in
            guard let field = table.row(attribute: assignment.field) else { return nil }
            let kept = values.held(field)
            if kept.isNone, field.isSecret { return nil }
            if kept.isNone, field.mayBeUnknown {
                guard declared.contains(assignment.field) else { return nil }
                return UnkeptField(object: object, assignment: assignment, kept: nil)
            }
            return kept.means(assignment.value) ? nil : UnkeptField(object: object, assignment: assignment, kept: kept)
        }
    }
}
