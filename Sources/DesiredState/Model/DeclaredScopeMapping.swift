package import Kinds

/// A scope mapping as the file declares it.
package struct DeclaredScopeMapping: Sendable, Equatable {
    /// The fields that the file sets.
    package var values = FieldValues(ScopeMapping.fields)
    /// What happens to an existing mapping with its name but without this owner's mark.
    package var adopt = AdoptionPolicy.always
    /// Where the file declares it.
    package var location: SourceLocation
    /// Where the file has the expression.
    package var expression: ExpressionPlace

    package init(name: String, location: SourceLocation, expression: ExpressionPlace) {
        self.location = location
        self.expression = expression
        values[ScopeMapping.Row.name] = .text(name)
    }

    package var name: String { values.text(ScopeMapping.Row.name) ?? "" }

    /// Whether both declare the same, wherever they are.
    func declares(sameAs other: DeclaredScopeMapping) -> Bool { values == other.values && adopt == other.adopt }
}

extension [DeclaredScopeMapping] {
    /// The first declaration of each name.
    func withoutRepetitions() -> [DeclaredScopeMapping] {
        var seen: Set<SharedName> = []
        return filter { seen.insert(SharedName(.scopeMapping, $0.name)).inserted }
    }
}

/// Where a piece of code begins in a file.
package struct ExpressionPlace: Sendable, Equatable {
    /// The position of its first line.
    package var location: SourceLocation
    /// The number of lines in the file; 1 if its lines are not those of the file, so that only its beginning is known.
    package var lines: Int

    package init(location: SourceLocation, lines: Int) {
        self.location = location
        self.lines = lines
    }

    /// The place of one of its lines, counted from 1: `homelab.yaml:14`.
    ///
    /// A line after the last one counts as the last.
    package func text(ofLine line: Int) -> String {
        "\(location.file):\(location.line + min(max(1, line), lines) - 1)"
    }
}
