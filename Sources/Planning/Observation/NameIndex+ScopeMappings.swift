import AuthentikAPI
import Kinds

extension NameIndex {
    /// The scope mappings of a provider before and after a change, under distinguishable names.
    ///
    /// The scope name is enough if only one of them has it. If several have it, each is followed by its own name, as is
    /// a mapping that the file chose among several of Authentik's.
    func distinguished(_ before: FieldValue, _ after: FieldValue) -> (before: FieldValue, after: FieldValue) {
        guard case .references(let old) = before, case .references(let new) = after else { return (before, after) }
        let shared = Set(scopeGroups(old, new).filter { $0.value.count > 1 }.keys)
        let chosen = Set(new.filter(\.isByOwnName).compactMap(scopeMapping).map(\.scopeName).filter(isShared))
        func named(_ references: [FieldValue.Reference]) -> FieldValue {
            .references(
                references.map { reference in
                    guard let mapping = scopeMapping(reference) else { return reference }
                    let needsOwnName = shared.contains(mapping.scopeName) || chosen.contains(mapping.scopeName)
                    var named = reference
                    named.name = needsOwnName ? "\(mapping.scopeName) (\(mapping.name))" : mapping.scopeName
                    return named
                }
            )
        }
        return (named(old), named(new))
    }

    /// The effects of using another mapping for a scope name, a clause for each.
    func swaps(in change: FieldChange) -> [String] {
        guard case .references(let old)? = change.before, case .references(let new) = change.after else { return [] }
        let (before, after) = (identities(old), identities(new))
        return scopeGroups(old, new).sorted { $0.key < $1.key }.compactMap { scope, mappings in
            guard mappings.count > 1 else { return nil }
            let removed = mappings.filter { !after.contains($0.identity) }
            let added = mappings.filter { !before.contains($0.identity) }
            return swap(of: scope, removed, added)
        }
    }

    private func swap(of scope: String, _ removed: [ScopeMapping], _ added: [ScopeMapping]) -> String? {
        func list(_ mappings: [ScopeMapping]) -> String { mappings.map { "'\($0.name)'" }.joined(separator: ", ") }
        if removed.isEmpty, added.isEmpty { return nil }
        var parts: [String] = []
        if !added.isEmpty { parts.append("its mapping \(list(added)) is added") }
        if !removed.isEmpty { parts.append("its mapping \(list(removed)) is removed") }
        var text = "the scope '\(scope)' may carry other claims after this change: \(parts.joined(separator: ", "))"
        if added.contains(where: \.isBuiltInEmail), release.leavesAddressesUnverified {
            text += "; since 2025.10 Authentik's own mapping says that addresses are not verified "
            text += "(email_verified: false)"
        }
        for mapping in removed {
            let managed = mapping.isBuiltIn ? mapping.managed : mapping.foreignName
            text += "; to keep '\(mapping.name)', write '\(managed ?? "{mapping: \(mapping.name)}")' in scopes"
        }
        return text
    }

    private func identities(_ references: [FieldValue.Reference]) -> Set<String> {
        Set(references.compactMap { scopeMapping($0)?.identity })
    }

    /// References grouped by scope name, without duplicates, ordered by name.
    private func scopeGroups(
        _ old: [FieldValue.Reference],
        _ new: [FieldValue.Reference]
    ) -> [String: [ScopeMapping]] {
        var seen: Set<String> = []
        let mappings = (old + new).compactMap(scopeMapping).filter { seen.insert($0.identity).inserted }
        return Dictionary(grouping: mappings.sorted { ($0.name, $0.pk) < ($1.name, $1.pk) }, by: \.scopeName)
    }
}

extension ScopeMapping {
    /// Its pk, or what distinguishes it from all others that are still to be created.
    fileprivate var identity: String { pk.isEmpty ? "new: \(name)" : pk }

    fileprivate var isBuiltInEmail: Bool { managed == "goauthentik.io/providers/oauth2/scope-email" }
}
