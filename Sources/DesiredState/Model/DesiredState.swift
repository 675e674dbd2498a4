package import Kinds

/// What the files declare: every service, with its defaults applied and all rules checked.
package struct DesiredState: Sendable, Equatable {
    /// The owner of these services, written into the ownership mark of each.
    package var owner: String
    /// All services of all files, ordered by slug.
    package var services: [Service]
    /// The names of the declared groups, in the order of the files, each once.
    package var groups: [String] = []
    /// The declared scope mappings, in the order of the files, each name once.
    package var scopeMappings: [DeclaredScopeMapping] = []
    /// Whether any file has a list of scope mappings, even an empty one.
    package var managesScopeMappings = false
    /// Whether objects with this owner's mark that are no longer declared are deleted; by default, they are only
    /// reported.
    package var prune = false
    /// Authentik's address for browsers and services, without a slash at the end; nil for the one that this program
    /// uses.
    package var publicURL: String?
    /// The number of services and scope mappings that a pass may delete; nil for the program's default, see
    /// ``Planning/HeldDeletions``.
    package var maxDeletions: Int?

    package init(owner: String, services: [Service]) {
        self.owner = owner
        self.services = services
    }

    /// Whether any present service has a proxy provider, which an outpost serves.
    package var usesForwardAuth: Bool { services.contains { $0.state == .present && $0.forwardAuth != nil } }

    /// The current and former slugs of all services.
    package var declaredSlugs: Set<String> {
        var slugs = Set<String>(minimumCapacity: services.count)
        for service in services {
            slugs.insert(service.slug)
            slugs.formUnion(service.renamedFrom)
        }
        return slugs
    }

    /// All declared objects that belong to no service, by kind, in the order of the files.
    package var shared: [SharedName] {
        groups.map { SharedName(.group, $0) } + scopeMappings.map { SharedName(.scopeMapping, $0.name) }
    }
}

extension DesiredState {
    /// Whether a service accepts tokens of sources.
    package var federatesSources: Bool { federates(OAuth2Provider.Row.federatedSources) }
    /// Whether a service accepts tokens of other providers.
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
