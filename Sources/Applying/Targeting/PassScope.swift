/// What a pass has to look at.
///
/// | scopes together | make |
/// |---|---|
/// | everything, and anything | everything |
/// | services, and services | all of these services |
package enum PassScope: Sendable, Equatable {
    case everything
    /// Only services that may have changed; also none, where the pass finds out itself what the file changed.
    case services(ChangedServices)

    package static func services(_ slugs: Set<String>) -> PassScope { .services(ChangedServices(slugs)) }

    package mutating func formUnion(_ other: PassScope) {
        switch (self, other) {
        case (.everything, _), (_, .everything): self = .everything
        case (.services(let own), .services(let others)): self = .services(own.union(others))
        }
    }

    package func union(_ other: PassScope) -> PassScope {
        var scope = self
        scope.formUnion(other)
        return scope
    }
}

/// Services that may have changed since the last full look.
package struct ChangedServices: Sendable, Equatable {
    package var slugs: Set<String>
    /// The pks, without dashes, of applications that were deleted, as far as the audit log says: any other that is not
    /// found under its slug may have been given another slug.
    package var deleted: Set<String>

    package init(_ slugs: Set<String>, deleted: Set<String> = []) {
        self.slugs = slugs
        self.deleted = deleted
    }

    func union(_ other: ChangedServices) -> ChangedServices {
        ChangedServices(slugs.union(other.slugs), deleted: deleted.union(other.deleted))
    }
}

/// What a pass looked at.
package struct PassLook: Sendable, Equatable {
    /// How many services were read; nil for everything.
    package var services: Int?
    /// How many requests the reading took.
    package var reads = 0
    /// How long Authentik took to answer these requests, all together.
    package var serverTime = Duration.zero

    /// Why everything was looked at though it was not asked for; nil otherwise.
    package var fallback: String?

    package init(services: Int? = nil, reads: Int = 0, serverTime: Duration = .zero) {
        self.services = services
        self.reads = reads
        self.serverTime = serverTime
    }

    package var isFull: Bool { services == nil }
}
