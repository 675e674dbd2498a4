/// What a pass has to read.
///
/// | two scopes | together |
/// |---|---|
/// | everything, and anything | everything |
/// | services, and services | all of these services |
package enum PassScope: Sendable, Equatable {
    case everything
    /// Only services that may have changed; may be empty, because the pass itself finds the changes of the file.
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
    /// The pks, without dashes, of applications that were deleted according to the audit log.
    ///
    /// Any other application that is not found under its slug may have been renamed.
    package var deleted: Set<String>

    package init(_ slugs: Set<String>, deleted: Set<String> = []) {
        self.slugs = slugs
        self.deleted = deleted
    }

    func union(_ other: ChangedServices) -> ChangedServices {
        ChangedServices(slugs.union(other.slugs), deleted: deleted.union(other.deleted))
    }
}

/// What a pass read.
package struct PassLook: Sendable, Equatable {
    /// How many services were read; nil for everything.
    package var services: Int?
    /// How many requests the reading took.
    package var reads = 0
    /// The total time that Authentik took to answer these requests.
    package var serverTime = Duration.zero

    /// Why everything was read although it was not requested; nil otherwise.
    package var fallback: String?

    package init(services: Int? = nil, reads: Int = 0, serverTime: Duration = .zero) {
        self.services = services
        self.reads = reads
        self.serverTime = serverTime
    }

    package var isFull: Bool { services == nil }
}
