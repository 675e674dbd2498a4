import Kinds
internal import YAMLDocument

/// The value of a field after reading, with the places in the file that messages need.
enum ReadValue {
    /// Also for choices: the word is one of them.
    case text(String)
    case flag(Bool)
    case number(Int)
    case texts([Located<String>])
    case redirectURIs([Located<RedirectURI>])
    case references([Located<FieldValue.Reference>])
    case secret(SecretReference)
    case workload(WorkloadReference)
    case publication(Publication)
    case access(Access)
    case forwardAuth(ReadForwardAuth)
    case basicAuth(BasicAuthAttributes)
    /// A mapping of Authentik's fields.
    case fields(ReadFields)
    case node(YAMLNode)
    /// `null`, which removes a default.
    case unset
    /// Given, but invalid; that has been reported.
    case invalid

    /// The declared value of one of Authentik's fields; nil if there is none, or if it is composed of several fields.
    func declared(as kind: ValueKind) -> FieldValue? {
        switch (kind, self) {
        case (.text, .text(let text)), (.choice, .text(let text)): .text(text)
        case (.duration, .text(let text)): .duration(text)
        case (.flag, .flag(let flag)): .flag(flag)
        case (.logoutRedirectURIs, .redirectURIs(let uris)): FieldValue(logoutRedirectURIs: uris.map(\.value))
        case (.words, .texts(let words)): .words(words.map(\.value))
        case (.lines, .texts(let lines)): .lines(lines.map(\.value))
        case (.reference(let referent), .text(let name)):
            name == referent.wordForNone ? FieldValue.none : .reference(.init(named: name))
        case (.references, .texts(let names)): .references(names.map { .init(named: $0.value) })
        case (.references, .references(let references)): .references(references.map(\.value))
        default: nil
        }
    }
}

/// A value and where the file has it.
struct Located<Value> {
    var value: Value
    var position: YAMLPosition
}

/// The fields of one mapping of the file, by name.
struct ReadFields {
    struct Entry {
        var value: ReadValue
        var keyPosition: YAMLPosition
        /// The value as it was written.
        var node: YAMLNode
        /// Whether it came from `defaults`.
        var isDefault = false

        var position: YAMLPosition { node.position }

        /// Whether another key stands in the file, which was probably meant to be this field.
        var isGuess = false

        /// Whether it has a valid value.
        var isGood: Bool {
            switch value {
            case .unset, .invalid: false
            default: true
            }
        }
    }

    private(set) var entries: [FieldName: Entry] = [:]

    subscript(name: FieldName) -> Entry? {
        get { entries[name] }
        set { entries[name] = newValue }
    }

    /// The declared value of one of Authentik's fields.
    func declared(_ field: FieldSpec) -> FieldValue? { entries[field.name]?.value.declared(as: field.kind) }

    /// Puts the declared values of all fields of a table into the places of their rows.
    func declare(_ table: FieldTable, in values: inout FieldValues) {
        forEachRow(of: table) { row, entry in
            if let value = entry.value.declared(as: row.kind) { values[row] = value }
        }
    }

    /// Calls `take` for each field that is a row of a table, including fields of mappings, in no particular order.
    func forEachRow(of table: FieldTable, _ take: (FieldSpec, Entry) -> Void) {
        // A file sets few of the rows.
        for (name, entry) in entries {
            if case .fields(let fields) = entry.value {
                for (inner, entry) in fields.entries {
                    let row = table.row(name: FieldName(rawValue: "\(name.rawValue).\(inner.rawValue)"))
                    if let row { take(row, entry) }
                }
            } else if let row = table.row(name: name) {
                take(row, entry)
            }
        }
    }

    func text(_ name: FieldName) -> String? {
        if case .text(let text) = entries[name]?.value { text } else { nil }
    }

    func word<Word: RawRepresentable<String>>(_ name: FieldName, _: Word.Type = Word.self) -> Word? {
        text(name).flatMap(Word.init(rawValue:))
    }

    func flag(_ name: FieldName) -> Bool? {
        if case .flag(let flag) = entries[name]?.value { flag } else { nil }
    }

    func number(_ name: FieldName) -> Int? {
        if case .number(let number) = entries[name]?.value { number } else { nil }
    }

    func texts(_ name: FieldName) -> [Located<String>]? {
        if case .texts(let texts) = entries[name]?.value { texts } else { nil }
    }

    func redirectURIs(_ name: FieldName) -> [Located<RedirectURI>]? {
        if case .redirectURIs(let uris) = entries[name]?.value { uris } else { nil }
    }

    func secret(_ name: FieldName) -> SecretReference? {
        if case .secret(let secret) = entries[name]?.value { secret } else { nil }
    }

    func workload(_ name: FieldName) -> WorkloadReference? {
        if case .workload(let workload) = entries[name]?.value { workload } else { nil }
    }

    func publication(_ name: FieldName) -> Publication? {
        if case .publication(let publication) = entries[name]?.value { publication } else { nil }
    }

    func access(_ name: FieldName) -> Access? {
        if case .access(let access) = entries[name]?.value { access } else { nil }
    }

    func forwardAuth(_ name: FieldName) -> ReadForwardAuth? {
        if case .forwardAuth(let forwardAuth) = entries[name]?.value { forwardAuth } else { nil }
    }

    func basicAuth(_ name: FieldName) -> BasicAuthAttributes? {
        if case .basicAuth(let attributes) = entries[name]?.value { attributes } else { nil }
    }

    func node(_ name: FieldName) -> YAMLNode? {
        if case .node(let node) = entries[name]?.value { node } else { nil }
    }

    func isInvalid(_ name: FieldName) -> Bool {
        if case .invalid = entries[name]?.value { true } else { false }
    }
}
