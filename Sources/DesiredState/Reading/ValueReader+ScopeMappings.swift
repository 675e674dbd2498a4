import Base
import Kinds
internal import YAMLDocument

extension ValueReader {
    /// A list of scope names, or `{mapping: NAME}` each.
    func scopes(_ node: YAMLNode, _ name: String) -> [Located<FieldValue.Reference>]? {
        struct Entry: Hashable {
            var name: ExactText
            var isByOwnName: Bool
        }
        let entries: [Located<Entry>]? = list(node, name) { item in
            if case .mapping = item.content {
                return mapping(item, name).map { Entry(name: $0.exact, isByOwnName: true) }
            }
            return text(item, "an entry of \(name)", .scope).map { Entry(name: $0.exact, isByOwnName: false) }
        }
        return entries?.map { entry in
            let reference = FieldValue.Reference(named: entry.value.name.text, isByOwnName: entry.value.isByOwnName)
            return Located(value: reference, position: entry.position)
        }
    }

    private func mapping(_ node: YAMLNode, _ name: String) -> String? {
        guard let pairs = pairs(node, "an entry of \(name)") else { return nil }
        let inside = " in an entry of \(name)\(place)"
        let values = MappingReader(log: log, schema: .scope, place: inside).values(of: pairs)
        guard let entry = values[.mapping] else {
            let hint = "write a scope name, or '{mapping: NAME}'"
            log.error("an entry of \(name) names no mapping\(place)", hint: hint, at: node.position)
            return nil
        }
        if case .unset = entry.value { log.error("mapping has no value\(inside)", at: entry.position) }
        return values.text(.mapping)
    }
}

extension FileDecoder {
    /// The scope mappings; a name that is given twice is an error.
    func scopeMappings(_ node: YAMLNode?, adopt: AdoptionPolicy?) -> [DeclaredScopeMapping] {
        let hint = "write each on a line of its own, as in '- name: Own email'"
        guard let node, let items = ValueReader(log: log).items(node, "scopeMappings", hint: hint) else {
            return []
        }
        var seen: [ExactText: YAMLPosition] = [:]
        return items.enumerated().compactMap { index, item in
            guard let found = scopeMapping(item, number: index + 1, adopt: adopt) else { return nil }
            if let first = seen[found.value.name.exact] {
                log.about("scope mapping \(YAMLProblem.quote(found.value.name))").error(
                    "declared twice",
                    hint: "the other is at \(log.location(first)); names are unique in Authentik",
                    at: found.position
                )
                return nil
            }
            seen[found.value.name.exact] = found.position
            return found.value
        }
    }

    private func scopeMapping(
        _ node: YAMLNode,
        number: Int,
        adopt: AdoptionPolicy?
    ) -> Located<DeclaredScopeMapping>? {
        guard let pairs = ValueReader(log: log).pairs(node, "scope mapping \(number)") else { return nil }
        let log = log.about(pairs.label("scope mapping", by: .name, number: number))
        let values = MappingReader(log: log, schema: .scopeMapping).values(of: pairs)
        for field in Schema.scopeMapping.fields where field.isRequired && values[field.name] == nil {
            let hint = "add '\(field.name.rawValue):'"
            log.error("\(field.name.rawValue) is missing", hint: hint, at: node.position)
        }
        for (name, entry) in values.entries {
            guard case .unset = entry.value else { continue }
            let hint = "give it one, or remove the field"
            log.error("\(name.rawValue) has no value", hint: hint, at: entry.position)
        }
        guard let name = values.text(.name), let entry = values[.name], let expression = values[.expression],
            values.entries.values.allSatisfy(\.isGood)
        else { return nil }
        var mapping = DeclaredScopeMapping(
            name: name,
            location: log.location(node.position),
            expression: place(of: expression.node)
        )
        for field in ScopeMapping.fields.rows { mapping.values[field] = values.declared(field) }
        mapping.adopt = values.word(.adopt) ?? adopt ?? .always
        return Located(value: mapping, position: entry.position)
    }

    /// The lines of a piece of code: a block starts on the line after its `|`, and trimmed lines do not count.
    private func place(of node: YAMLNode) -> ExpressionPlace {
        var location = log.location(node.position)
        guard case .scalar(let scalar) = node.content, scalar.style == .block else {
            return ExpressionPlace(location: location, lines: 1)
        }
        let lines = scalar.text.split(separator: "\n", omittingEmptySubsequences: false)
        location.line += 1 + lines.prefix { $0.trimmed.isEmpty }.count
        location.column = 1
        // In a folded block, lines of the file become one.
        let count =
            scalar.isLiteral ? scalar.text.trimmed.split(separator: "\n", omittingEmptySubsequences: false).count : 1
        return ExpressionPlace(location: location, lines: count)
    }
}
