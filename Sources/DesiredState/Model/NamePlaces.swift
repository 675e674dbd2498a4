package import Kinds

/// Where a file names objects of Authentik's, for messages about a name that Authentik does not have.
package struct NamePlaces: Sendable {
    private struct Key: Hashable {
        var field: FieldName
        var name: String
    }

    private var places: [Key: SourceLocation] = [:]

    package init() {}

    /// The place of a name in a field; nil where the file does not name it, as for this program's defaults.
    package subscript(field: FieldName, name: String) -> SourceLocation? {
        get { places[Key(field: field, name: name)] }
        set { places[Key(field: field, name: name)] = newValue }
    }
}

extension NamePlaces: Equatable {
    /// Places are no part of what is declared: two declarations are equal wherever they name things.
    package static func == (_: NamePlaces, _: NamePlaces) -> Bool { true }
}

extension Login {
    /// Where the file names what the provider refers to.
    package var places: NamePlaces {
        switch self {
        case .oauth2(let provider): provider.places
        case .forwardAuth(let forwardAuth): forwardAuth.places
        }
    }
}

extension ReadFields {
    /// The places of all names of objects that fields of a table have.
    func places(_ table: FieldTable, log: DiagnosticLog) -> NamePlaces {
        var places = NamePlaces()
        forEachRow(of: table) { row, entry in
            switch row.kind {
            case .reference, .references: break
            default: return
            }
            switch entry.value {
            case .text(let name): places[row.name, name] = log.location(entry.position)
            case .texts(let names):
                for name in names { places[row.name, name.value] = log.location(name.position) }
            case .references(let references):
                for reference in references {
                    places[row.name, reference.value.name] = log.location(reference.position)
                }
            default: break
            }
        }
        return places
    }
}
