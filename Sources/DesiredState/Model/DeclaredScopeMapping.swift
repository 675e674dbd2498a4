package import Kinds

/// A scope mapping as the file declares it.
package struct DeclaredScopeMapping: Sendable, Equatable {
    /// What the file sets of it.
    package var values = FieldValues(ScopeMapping.fields)
    /// What becomes of one that is there under its name and without this owner's mark.
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

    /// Whether both say the same, wherever they stand.
    func declares(sameAs other: DeclaredScopeMapping) -> Bool { values == other.values && adopt == other.adopt }
}

extension [DeclaredScopeMapping] {
    /// Each name once, the first that has it.
    func withoutRepetitions() -> [DeclaredScopeMapping] {
        var seen: Set<SharedName> = []
        return filter { seen.insert(SharedName(.scopeMapping, $0.name)).inserted }
    }
}

/// Where a piece of code begins in a file.
package struct ExpressionPlace: Sendable, Equatable {
    /// Of its first line.
    package var location: SourceLocation
    /// How many lines of the file it has; 1 if its lines are not those of the file, so that all that can be said is where
    /// it begins.
    package var lines: Int

    package init(location: SourceLocation, lines: Int) {
        self.location = location
        self.lines = lines
    }

    /// `homelab.yaml:14`: the place of one of its lines, counted from 1; what is behind the last is told of as that.
    package func text(ofLine line: Int) -> String {
        "\(location.file):\(location.line + min(max(1, line), lines) - 1)"
    }
}
