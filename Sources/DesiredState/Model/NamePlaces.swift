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
    /// Places are not part of a declaration, so two of them never make a difference.
    package static func == (_: NamePlaces, _: NamePlaces) -> Bool { true }
}

extension Login {
    /// Where the file names the objects that the provider refers to.
    package var places: NamePlaces {
        switch self {
        case .oauth2(let provider): provider.places
        case .forwardAuth(let forwardAuth): forwardAuth.places
        }
    }
}

extension ReadFields {
    /// The places of all object names in the fields of a table.
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
