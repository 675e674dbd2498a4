import Kinds
internal import YAMLDocument

/// What one file declares, each service on its own; what they are to each other is for ``CrossChecks``.
struct DecodedFile {
    var log: DiagnosticLog
    /// Nil if it is missing or wrong.
    var owner: Located<String>?
    var services: [DecodedService] = []
    /// Nil if the file does not say.
    var prune: Located<Bool>?
    var maxDeletions: Located<Int>?
    var publicURL: Located<String>?
}

/// A service with what is needed to compare it with the others.
struct DecodedService {
    var service: Service
    var log: DiagnosticLog
    /// Where the file has its fields; those that it leaves out are not in it.
    var positions: [FieldName: YAMLPosition]
    /// Nil if nothing of the service stands at an origin of its own.
    var origin: Origin?

    /// Where a field is, or else where the service begins.
    func location(of field: FieldName) -> (position: YAMLPosition, text: SourceLocation) {
        let begin = YAMLPosition(line: service.location.line, column: service.location.column)
        let position = positions[field] ?? positions[.slug] ?? begin
        return (position, log.location(position))
    }
}
