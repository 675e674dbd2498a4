import AuthentikAPI
import JSON
import Kinds

extension NameIndex {
    /// The scope mappings of a provider before and after, under names that tell them apart.
    ///
    /// A scope name is enough as long as only one mapping of it is among them; several have their own names behind it.
    func toldApart(_ before: FieldValue, _ after: FieldValue) -> (before: FieldValue, after: FieldValue) {
        guard case .references(let old) = before, case .references(let new) = after else { return (before, after) }
        let shared = Set(scopeGroups(old, new).filter { $0.value.count > 1 }.keys)
        func named(_ references: [FieldValue.Reference]) -> FieldValue {
            .references(
                references.map { reference in
                    guard let mapping = scopeMapping(reference) else { return reference }
                    let isShared = shared.contains(mapping.scopeName)
                    let name = isShared ? "\(mapping.scopeName) (\(mapping.name))" : mapping.scopeName
                    return .init(pk: reference.pk, name: name)
                }
            )
        }
        return (named(old), named(new))
    }

    /// What it means that another mapping stands for a scope name, a clause for each.
    func swaps(in change: FieldChange) -> [String] {
        guard case .references(let old)? = change.before, case .references(let new) = change.after else { return [] }
        let (before, after) = (Set(old.map(\.pk)), Set(new.map(\.pk)))
        return scopeGroups(old, new).sorted { $0.key < $1.key }.compactMap { scope, mappings in
            guard mappings.count > 1 else { return nil }
            let removed = mappings.filter { !after.contains(.string($0.pk)) }
            let added = mappings.filter { !before.contains(.string($0.pk)) }
            return swap(of: scope, removed, added)
        }
    }

    private func swap(of scope: String, _ removed: [ScopeMapping], _ added: [ScopeMapping]) -> String? {
        func list(_ mappings: [ScopeMapping]) -> String { mappings.map { "'\($0.name)'" }.joined(separator: ", ") }
        if removed.isEmpty, added.isEmpty { return nil }
        var parts: [String] = []
        if !added.isEmpty { parts.append("its mapping \(list(added)) comes") }
        if !removed.isEmpty { parts.append("its mapping \(list(removed)) goes") }
        var text = "the scope '\(scope)' may say something else from this change on: \(parts.joined(separator: ", "))"
        if added.contains(where: \.isBuiltInEmail), release.leavesAddressesUnverified {
            text += "; Authentik's own says since 2025.10 that an address is not verified (email_verified: false)"
        }
        for mapping in removed {
            text +=
                mapping.managed.flatMap { $0.isEmpty ? nil : $0 }.map {
                    "; to keep '\(mapping.name)', write '\($0)' in scopes"
                }
                ?? "; a file can only name '\(mapping.name)' once it has a 'managed' name"
        }
        return text
    }

    /// The mappings among references, by scope name; each once, ordered by name.
    private func scopeGroups(
        _ old: [FieldValue.Reference],
        _ new: [FieldValue.Reference]
    ) -> [String: [ScopeMapping]] {
        var seen: Set<String> = []
        let mappings = (old + new).compactMap(scopeMapping).filter { seen.insert($0.pk).inserted }
        return Dictionary(grouping: mappings.sorted { ($0.name, $0.pk) < ($1.name, $1.pk) }, by: \.scopeName)
    }
}

extension ScopeMapping {
    fileprivate var isBuiltInEmail: Bool { managed == "goauthentik.io/providers/oauth2/scope-email" }
}
