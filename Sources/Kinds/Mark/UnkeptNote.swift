package import AuthentikAPI
package import JSON

/// The fields that Authentik did not keep, as stored in a mark, so that they are not sent again in every pass.
///
/// A field is sent again as soon as the release, the declared value or the value in Authentik changes. A client id or
/// secret is never noted, because nobody can log in without it.
package struct UnkeptNote: Sendable, Equatable {
    package struct Values: Sendable, Equatable {
        package var sent: JSONValue
        package var kept: JSONValue
    }

    /// The release that did not keep them.
    package var release: String
    /// The application's fields, by Authentik's names.
    package var application: [String: Values] = [:]
    /// The provider's fields, by Authentik's names.
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

    /// What is noted about a change; nil if there is no note, or anything has changed since.
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

    /// Compares bytes, because two spellings of a letter are different values to Authentik.
    fileprivate func isExactly(_ other: Self) -> Bool {
        sent.serialized() == other.sent.serialized() && kept.serialized() == other.kept.serialized()
    }
}

extension FieldValue {
    /// The same for values that mean the same to Authentik but differ between its answers to a write and to a read.
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

    /// As stored in a mark.
    var json: JSONValue {
        func json(_ values: [String: Values]) -> JSONValue {
            .object(values.mapValues { ["sent": $0.sent, "kept": $0.kept] })
        }
        return ["release": .string(release), "application": json(application), "provider": json(provider)]
    }
}

extension OwnershipMark {
    /// Removes the fields that Authentik did not keep: they were not applied.
    ///
    /// - Parameters:
    ///   - isCertain: whether the answer to the write shows it. A later read may show somebody else's change, so the
    ///     field is sent once more before it is noted.
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

/// A field that was sent, but has another value in Authentik's answer.
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

    /// The name for people: `provider.grantTypes`.
    package var name: String {
        "\(kind.id).\(kind.fields.row(attribute: assignment.field)?.fileName ?? assignment.field)"
    }

    /// Whether it decides who may open an application: if it is not as sent, later steps may let in others.
    package var isOfAccess: Bool { kind == .policyBinding || assignment.field == AccessMode.attribute }

    /// Whether a client cannot log in without it, so that it must not be published to the client.
    package var isCredential: Bool {
        let credentials = [OAuth2Provider.Row.clientID, OAuth2Provider.Row.clientSecret]
        return kind == .oauth2Provider && credentials.contains { $0.attribute == assignment.field }
    }
}

extension UnkeptField {
    /// The message for services that have such fields; each name appears once.
    package static func complaint(about names: [String]) -> String {
        "Authentik does not keep \(Set(names).sorted().joined(separator: ", ")) as declared"
    }
}

extension UnkeptField {
    /// The fields that an object does not hold as sent; a secret that is not shown counts as held.
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
