package import AuthentikAPI
package import JSON

/// What a mark remembers of fields that Authentik did not keep, so that they are not sent again in every pass.
///
/// A field is sent again as soon as anything of it is new: the release, what the file says, or what Authentik holds. A
/// client id or secret is never noted: without it nobody can log in.
package struct UnkeptNote: Sendable, Equatable {
    package struct Values: Sendable, Equatable {
        package var sent: JSONValue
        package var kept: JSONValue
    }

    /// Which release did not keep them.
    package var release: String
    /// By Authentik's names of the application's fields.
    package var application: [String: Values] = [:]
    /// The same of the provider's fields.
    package var provider: [String: Values] = [:]

    package init(release: String) {
        self.release = release
    }

    package var isEmpty: Bool { application.isEmpty && provider.isEmpty }

    package mutating func note(_ field: String, of object: ObjectKind, _ values: Values) {
        switch object {
        case .application: application[field] = values
        case .provider: provider[field] = values
        case .access, .outpost, .published, .mapping: break
        }
    }

    /// What of a change is noted; nil if anything of it is new.
    package func values(of change: FieldChange, _ release: Release) -> Values? {
        guard self.release == release.description, !change.isSecret, let before = change.before else { return nil }
        let noted = change.object == .application ? application[change.field] : provider[change.field]
        guard let noted, noted.isExactly(Values(sent: change.after, kept: before)) else { return nil }
        return noted
    }
}

extension UnkeptNote.Values {
    package init(sent: FieldValue, kept: FieldValue) {
        self.init(sent: sent.noted, kept: kept.noted)
    }

    /// By bytes: two spellings of a letter are two values to Authentik.
    fileprivate func isExactly(_ other: Self) -> Bool {
        sent.serialized() == other.sent.serialized() && kept.serialized() == other.kept.serialized()
    }
}

extension FieldValue {
    /// The same for whatever Authentik means the same by, as far as its answers to a write and to a read differ.
    fileprivate var noted: JSONValue {
        switch self {
        case .references(let references):
            .array(references.map { "\($0.pk.string ?? "")" }.sorted().map(JSONValue.string))
        case .redirectURIs(let entries, _):
            .array(
                entries.map { entry in
                    let type = entry.type ?? "authorization"
                    return ["mode": .string(entry.matchingMode), "url": .string(entry.url), "type": .string(type)]
                }
            )
        default: json
        }
    }
}

extension UnkeptNote {
    /// Reads what ``json`` wrote; nil for anything else, which counts as nothing noted.
    init?(_ json: JSONValue?) {
        guard let release = json?["release"]?.string else { return nil }
        self.init(release: release)
        func values(_ object: String) -> [String: Values] {
            (json?[object]?.object ?? [:]).compactMapValues { value in
                guard let sent = value["sent"], let kept = value["kept"] else { return nil }
                return Values(sent: sent, kept: kept)
            }
        }
        application = values("application")
        provider = values("provider")
        if isEmpty { return nil }
    }

    /// As a mark has it.
    var json: JSONValue {
        func json(_ values: [String: Values]) -> JSONValue {
            .object(values.mapValues { ["sent": $0.sent, "kept": $0.kept] })
        }
        return ["release": .string(release), "application": json(application), "provider": json(provider)]
    }
}

extension OwnershipMark {
    /// Takes out what Authentik did not keep: it is not applied.
    ///
    /// - Parameters:
    ///   - isCertain: whether it is the answer to the write that tells so. What was read afterwards may be somebody
    ///     else's doing, so it is sent once more before it is noted.
    package mutating func leaveOut(_ fields: [UnkeptField], isCertain: Bool, _ release: Release) {
        for field in fields {
            let name = field.assignment.field
            let object: ObjectKind
            switch field.kind {
            case .application:
                object = .application
                applicationFields.removeAll { $0 == name }
            case .oauth2Provider, .proxyProvider:
                object = .provider
                providerFields.removeAll { $0 == name }
            default: continue
            }
            guard isCertain, let kept = field.kept, !field.isCredential else { continue }
            var note = unkept?.release == release.description ? unkept : nil
            note = note ?? UnkeptNote(release: release.description)
            note?.note(name, of: object, .init(sent: field.assignment.value, kept: kept))
            unkept = note
        }
    }
}

/// A field that was sent, and that Authentik answered otherwise.
package struct UnkeptField: Sendable {
    package var kind: Kind
    package var assignment: FieldAssignment
    /// What it holds instead; nil if the answer does not have the field.
    package var kept: FieldValue?

    package init(kind: Kind, assignment: FieldAssignment, kept: FieldValue?) {
        self.kind = kind
        self.assignment = assignment
        self.kept = kept
    }

    /// As people read it: `provider.grantTypes`.
    package var name: String {
        "\(kind.id).\(kind.fields.row(attribute: assignment.field)?.fileName ?? assignment.field)"
    }

    /// Whether it decides who may open an application: where it is not as it was sent, what follows may let in others.
    package var isOfAccess: Bool { kind == .policyBinding || assignment.field == AccessMode.attribute }

    /// Whether a client cannot log in without it, and is not to be told of it.
    package var isCredential: Bool {
        let credentials = [OAuth2Provider.Row.clientID, OAuth2Provider.Row.clientSecret]
        return kind == .oauth2Provider && credentials.contains { $0.attribute == assignment.field }
    }
}

extension UnkeptField {
    /// What is said of services that have such fields; each name once.
    package static func complaint(about names: [String]) -> String {
        "Authentik does not keep \(Set(names).sorted().joined(separator: ", ")) as declared"
    }
}

extension UnkeptField {
    /// What of the fields that were sent an object does not hold; a secret that is not shown counts as held.
    static func all(
        of sent: SentFields,
        in values: FieldValues,
        _ kind: Kind
    ) -> [UnkeptField] {
        sent.assignments.compactMap { assignment in
            guard let field = kind.fields.row(attribute: assignment.field) else { return nil }
            let kept = values.held(field)
            if kept.isNone, field.isSecret { return nil }
            if kept.isNone, field.mayBeUnknown {
                guard sent.declared.contains(assignment.field) else { return nil }
                return UnkeptField(kind: kind, assignment: assignment, kept: nil)
            }
            return kept.means(assignment.value) ? nil : UnkeptField(kind: kind, assignment: assignment, kept: kept)
        }
    }
}
