package import Kinds

/// What the files declare: every service, with its defaults applied and all rules checked.
package struct DesiredState: Sendable, Equatable {
    /// Whose services these are; written into the ownership mark of each.
    package var owner: String
    /// All services of all files, ordered by slug.
    package var services: [Service]
    /// The names of the groups that are to be there, in the order of the files, each once.
    package var groups: [String] = []
    /// The scope mappings that are to be there, in the order of the files, each name once.
    package var scopeMappings: [DeclaredScopeMapping] = []
    /// Whether any file has a list of scope mappings, be it an empty one.
    package var managesScopeMappings = false
    /// Whether what this owner marked and no service declares any more is deleted; reported only, by default.
    package var prune = false
    /// Where browsers and services reach Authentik, without a slash at the end; nil for where this program does.
    package var publicURL: String?
    /// How many services a pass may delete from; nil for the program's default, see ``Planning/HeldDeletions``.
    package var maxDeletions: Int?

    package init(owner: String, services: [Service]) {
        self.owner = owner
        self.services = services
    }

    /// Whether any service that is to be there has a proxy provider, which an outpost serves.
    package var usesForwardAuth: Bool { services.contains { $0.state == .present && $0.forwardAuth != nil } }

    /// The slugs that services have, and those that they had.
    package var declaredSlugs: Set<String> {
        var slugs = Set<String>(minimumCapacity: services.count)
        for service in services {
            slugs.insert(service.slug)
            slugs.formUnion(service.renamedFrom)
        }
        return slugs
    }

    /// All that is declared and is no service's, kind by kind, in the order of the files.
    package var shared: [SharedName] {
        groups.map { SharedName(.group, $0) } + scopeMappings.map { SharedName(.scopeMapping, $0.name) }
    }
}

extension DesiredState {
    /// Whether a service takes tokens of sources.
    package var federatesSources: Bool { federates(OAuth2Provider.Row.federatedSources) }
    /// Whether a service takes tokens of other providers.
    package var federatesProviders: Bool { federates(OAuth2Provider.Row.federatedProviders) }

    private func federates(_ field: FieldSpec) -> Bool {
        services.contains { $0.state == .present && $0.provider?.values[field]?.references.isEmpty == false }
    }
}

/// A place in a file.
package struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The path as it was given.
    package var file: String
    /// Counted from 1.
    package var line: Int
    /// In characters, counted from 1.
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `homelab.yaml:14:7`, as compilers print it.
    package var description: String { "\(file):\(line):\(column)" }
}
