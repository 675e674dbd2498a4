import Base
package import DesiredState
import Kinds

/// What a pass or plan is about, where it is not about everything that the file says.
package struct Narrowing: Sendable, Equatable, Codable {
    /// The slugs of the only services that it is about, sorted; empty for all.
    package var only: [String]
    /// Whether secrets are neither resolved nor compared.
    package var withoutSecrets: Bool

    package init(only: [String] = [], withoutSecrets: Bool = false) {
        self.only = Set(only).sorted()
        self.withoutSecrets = withoutSecrets
    }

    /// Whether it is about a service.
    package func includes(_ slug: String) -> Bool { only.isEmpty || only.contains(slug) }

    /// Whether it is about what the file declares beside services, and no service needs.
    package var includesShared: Bool { only.isEmpty }
}

/// Slugs that a narrowing names, and that neither the file nor an orphan has.
package struct UnknownServices: Error, Equatable, CustomStringConvertible {
    package struct Name: Sendable, Equatable {
        package var slug: String
        /// The nearest slug that there is.
        package var suggestion: String?
    }

    package var names: [Name]

    /// A line for each, with the nearest name that there is.
    package var description: String {
        names.map { name in
            "there is no service '\(name.slug)', neither declared nor an orphan"
                + (name.suggestion.map { "; did you mean '\($0)'?" } ?? "")
        }.joined(separator: "\n")
    }
}

extension Plan {
    /// The part of a plan that a narrowing is about.
    ///
    /// The whole is planned first: whose a provider is, and what is an orphan, takes all services. The deletion limit looks at
    /// the whole, too: what the file lost is not let through piece by piece.
    ///
    /// - Throws: ``UnknownServices`` if it names a service that is not in the plan.
    package func narrowed(to narrowing: Narrowing, of desired: DesiredState) throws(UnknownServices) -> Plan {
        let slugs = services.map(\.slug)
        let unknown = narrowing.only.filter { !slugs.contains($0) }
        guard unknown.isEmpty else {
            throw UnknownServices(
                names: unknown.map { .init(slug: $0, suggestion: Suggestion.nearest(to: $0, among: slugs)) }
            )
        }
        var plan = self
        if !narrowing.only.isEmpty { plan.removeServices { !narrowing.includes($0.slug) } }
        let isAnyHeld =
            plan.services.contains { $0.deletion?.isHeld == true } || plan.shared.contains(where: \.isHeld)
        if !isAnyHeld { plan.heldDeletions = nil }
        if narrowing.withoutSecrets { plan.leaveSecretsOut(of: desired) }
        return plan
    }

    private mutating func leaveSecretsOut(of desired: DesiredState) {
        let confidential = Dictionary(
            desired.services.filter { $0.provider?.clientType == .confidential && $0.state != .absent }
                .map { ($0.slug, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for index in services.indices {
            guard let service = confidential[services[index].slug] else { continue }
            // Whether it matches is not known.
            services[index].isUnproven = service.adopt != .always && services[index].takesOver
            let isCompared =
                switch services[index].decision {
                case .inSync, .update, .adopt, .link: true
                case .conflict: !services[index].changes.isEmpty
                case .create, .recreate, .delete, .release, .orphan, .blocked, .waiting: false
                }
            guard isCompared, !services[index].changes.contains(where: { $0.after.isUnresolved }) else { continue }
            services[index].notes.append("its secret was not compared")
        }
    }
}

extension ServicePlan {
    /// Whether it cannot be written without a secret that was left out: to be set, or to tell whether it may be adopted.
    package var needsSecret: Bool { isUnproven || changes.contains { $0.after.isUnresolved } }

    /// Whether it marks something that was there before.
    fileprivate var takesOver: Bool {
        let marks = steps.contains { if case .createMark = $0.effect { true } else { false } }
        return marks && (decision == .adopt || decision == .link)
    }
}

extension FieldValue {
    fileprivate var isUnresolved: Bool {
        guard case .unresolvedSecret = self else { return false }
        return true
    }
}
