import Base

/// The ownership mark of a scope mapping: its field `managed`, which is unique and visible in Authentik.
///
/// `reconcile/homelab/Own email`: the owner, which has no slash, and the name that the file gives the mapping.
package struct ScopeMappingMark: Sendable, Equatable {
    package var owner: String
    /// The name under which a file declares it, even if the mapping has another name now.
    package var name: String

    private static let prefix = "reconcile/"

    package init(owner: String, name: String) {
        self.owner = owner
        self.name = name
    }

    /// Nil if it is not such a mark.
    package init?(_ managed: String) {
        guard managed.hasPrefix(Self.prefix) else { return nil }
        let parts = managed.dropFirst(Self.prefix.count)
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(owner: String(parts[0]), name: String(parts[1]))
    }

    /// The value of the field.
    package var text: String { "\(Self.prefix)\(owner)/\(name)" }

    package static func == (left: Self, right: Self) -> Bool { left.text.exact == right.text.exact }
}

extension ScopeMapping {
    /// Nil if it carries none.
    package var mark: ScopeMappingMark? { managed.flatMap(ScopeMappingMark.init) }

    /// Whether it is part of Authentik, which restores it when it is changed.
    package var isBuiltIn: Bool { managed?.hasPrefix("goauthentik.io/") ?? false }

    /// The `managed` name that somebody else gave it; nil if there is none.
    package var foreignName: String? {
        guard mark == nil, !isBuiltIn, let managed, !managed.isEmpty else { return nil }
        return managed
    }
}
