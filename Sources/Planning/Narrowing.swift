import Base
package import DesiredState
import Kinds

/// The services that a pass or plan is limited to, and whether it leaves out secrets.
package struct Narrowing: Sendable, Equatable, Codable {
    /// The slugs of the services to include, sorted; empty for all.
    package var only: [String]
    /// Whether secrets are neither resolved nor compared.
    package var withoutSecrets: Bool

    package init(only: [String] = [], withoutSecrets: Bool = false) {
        self.only = Set(only).sorted()
        self.withoutSecrets = withoutSecrets
    }

    /// Whether it includes a service.
    package func includes(_ slug: String) -> Bool { only.isEmpty || only.contains(slug) }

    /// Whether it includes what the file declares outside services and no service needs.
    package var includesShared: Bool { only.isEmpty }
}

/// Slugs given to limit a run that match neither a service of the file nor an orphan.
package struct UnknownServices: Error, Equatable, CustomStringConvertible {
    package struct Name: Sendable, Equatable {
        package var slug: String
        /// The closest existing slug.
        package var suggestion: String?
    }

    package var names: [Name]

    /// One line per slug, with the closest existing one.
    package var description: String {
        names.map { name in
            "there is no service '\(name.slug)', neither declared nor an orphan"
                + (name.suggestion.map { "; did you mean '\($0)'?" } ?? "")
        }.joined(separator: "\n")
    }
}

extension Plan {
    /// The part of a plan that a narrowing includes.
    ///
    /// The whole is planned first, because matching providers and finding orphans takes all services. The deletion
    /// limit counts all services as well, so that a damaged file cannot be applied piece by piece.
    ///
    /// - Throws: ``UnknownServices`` if the narrowing names a service that is not in the plan.
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
            plan.services.indices.contains { plan.services[$0].deletion?.isHeld == true }
            || plan.shared.contains(where: \.isHeld)
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
            // Without the secret it is unknown whether it matches.
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
    /// Whether it needs a secret that was left out, either to set it or to decide on adoption.
    package var needsSecret: Bool { isUnproven || changes.contains { $0.after.isUnresolved } }

    /// Whether it marks something that already existed.
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
