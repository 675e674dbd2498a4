import FoundationEssentials

/// The claims of providers, and whom they trust: declared in an initial state, and read back from one.
///
/// None of it creates an event in the audit log.
extension SandboxState {
    /// A scope mapping.
    package struct ScopeMappingFacts: Sendable, Hashable {
        package var pk: String
        package var name: String
        package var scope: String
        package var expression: String
        package var description: String
        package var managed: String?
    }

    /// Adds a scope mapping, or changes the existing one with that name.
    ///
    /// - Parameters:
    ///   - expression: Python, of which the sandbox understands the keys of a returned dictionary.
    ///   - managed: the name by which its manager recognises it; unique.
    /// - Returns: its primary key.
    @discardableResult
    package mutating func addScopeMapping(
        name: String,
        scope: String,
        expression: String = "return {}",
        managed: String? = nil,
        description: String = ""
    ) -> String {
        let old = store.indexes.scopeMappingByName[name].flatMap { store.scopeMappings[$0] }
        var mapping = old ?? ScopeMapping()
        mapping.name = name
        mapping.scopeName = scope
        mapping.managed = managed
        mapping.description = description
        mapping.expression = expression
        store.replace(old, with: mapping)
        return mapping.pk.text
    }

    /// Removes a scope mapping, also from its providers; a missing one changes nothing.
    package mutating func removeScopeMapping(_ name: String) {
        guard let mapping = store.indexes.scopeMappingByName[name].flatMap({ store.scopeMappings[$0] }) else { return }
        store.replace(mapping, with: nil)
    }

    /// All scope mappings in order of creation, including those of the installation.
    package var scopeMappings: [ScopeMappingFacts] { store.scopeMappings.inOrderOfCreation.map(\.facts) }

    /// Adds an OAuth source, whose tokens providers may accept, or renames the existing one with that slug.
    ///
    /// - Returns: its primary key.
    @discardableResult
    package mutating func addSource(name: String, slug: String) -> String {
        let old = store.sources.inOrderOfCreation.first { $0.slug == slug }
        let source = Source(pk: old?.pk ?? UUID(), name: name, slug: slug)
        store.sources[source.pk] = source
        return source.pk.text
    }

    /// The names of the scope mappings that a provider of any kind has, in order; nil if the provider does not exist.
    package func scopeMappings(ofProvider name: String) -> [String]? {
        store.indexes.providerByName[name].flatMap { store.providers[$0] }.map { provider in
            store.mappings(of: provider).map(\.name).sorted()
        }
    }
}

extension ScopeMapping {
    fileprivate var facts: SandboxState.ScopeMappingFacts {
        SandboxState.ScopeMappingFacts(
            pk: pk.text,
            name: name,
            scope: scopeName,
            expression: expression,
            description: description,
            managed: managed
        )
    }
}
