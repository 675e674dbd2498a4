import Base
import DesiredState
import Kinds
import YAMLDocument

/// A scope mapping in a file under construction.
struct ExportedScopeMapping {
    let pk: String
    let name: String
    /// An entry of a list, not indented.
    let lines: [String]
    /// Whether it carries this owner's mark.
    let isMarked: Bool
    /// Why it cannot be declared as it is; nil if it is declared.
    var refusal: String?

    init(_ mapping: ScopeMapping) {
        pk = mapping.pk
        name = mapping.name
        isMarked = mapping.mark != nil
        let fields: [[String]] = ScopeMapping.fields.inReadingOrder.compactMap { field in
            let text = mapping.values.text(field)?.trimmed ?? ""
            guard !text.isEmpty else { return nil }
            let value = field.name == ScopeMapping.Row.expression.name ? YAMLText.block(text) : [YAMLText.scalar(text)]
            return ["\(field.name.rawValue): \(value[0])"] + value.dropFirst()
        }
        lines = fields.joined().enumerated().map { index, line in
            line.isEmpty ? "" : (index == 0 ? "- " : "  ") + line
        }
        refusal = complaint(about: mapping)
    }

    /// The reader's error about it, or how it would be changed by reading; nil for none.
    private func complaint(about mapping: ScopeMapping) -> String? {
        var document = ExportDocument(header: [], owner: Export.placeholderOwner)
        document.scopeMappings = [self]
        let result = DesiredStateLoader.load(
            sources: [DesiredStateLoader.Source(path: "export", bytes: Array(document.rendering.text.utf8))]
        )
        guard let state = result.state else {
            return result.diagnostics.first { $0.severity == .error }?.message(within: "scope mapping '\(name)'")
                ?? "a file cannot express it"
        }
        let isTheSame = ScopeMapping.fields.rows.allSatisfy { field in
            (state.scopeMappings.first?.values[field] ?? .text("")).means(mapping.values.held(field))
        }
        return isTheSame ? nil : "a file would change it"
    }

    /// Whether a file can refer to a mapping by this name.
    static func canBeNamed(_ name: String) -> Bool {
        !name.isEmpty && name.trimmed.exact == name.exact && !name.unicodeScalars.contains(where: \.isUnprintable)
    }
}

extension ExportSelection {
    /// The scope mappings that a file declares: those of its owner; if everything is exported, also the unmarked ones
    /// that its services use.
    ///
    /// - Parameter used: the pks of those that its services use.
    func scopeMappings(_ all: [ScopeMapping], used: Set<String>) -> [ExportedScopeMapping] {
        all.filter { mapping in
            if let mark = mapping.mark { return mark.owner == owner }
            return isAll && !mapping.isBuiltIn && mapping.foreignName == nil && used.contains(mapping.pk)
        }
        .sorted { $0.name.exact < $1.name.exact }.map(ExportedScopeMapping.init)
    }
}
