import Applying
import DesiredState
import Kinds
import Planning
import Secrets

/// Distinguishes what somebody else changed from what the file, or a secret, changed.
///
/// A service that was as declared after one pass, whose declaration and secret are the same, and that is not as declared
/// in the next, has drifted. Of what happened while no daemon ran nothing is known, so the first pass finds no drift.
struct DriftDetector: Sendable {
    enum Verdict: Sendable {
        /// As declared, or not known to have been.
        case none
        /// Found in this pass.
        case found
        /// Found in a pass before, and not corrected yet.
        case open
    }

    private struct Known: Sendable {
        var service: Service
        var secret: SecretLook?
        var isInSync: Bool
        var isOpen: Bool
    }

    private struct KnownShared: Sendable {
        /// Nil for what has no declaration but its name.
        var declaration: DeclaredScopeMapping?
        var isInSync: Bool
        var isOpen: Bool
    }

    private var known: [String: Known] = [:]
    private var knownShared: [SharedName: KnownShared] = [:]

    /// Takes note of what a pass found and did.
    mutating func judge(_ outcome: ServiceOutcome, _ service: Service, _ secret: SecretLook?) -> Verdict {
        let before = known[service.slug]
        let verdict = verdict(outcome, service, secret)
        known[service.slug] = Known(
            service: service,
            secret: secret,
            isInSync: outcome.isConverged,
            isOpen: !outcome.isConverged && verdict.isDrift && before != nil
        )
        return verdict
    }

    /// Takes note of what a pass found and did with what belongs to no service.
    ///
    /// - Parameter declaration: of a scope mapping that the file declares; nil for anything else.
    mutating func judge(_ outcome: SharedOutcome, _ declaration: DeclaredScopeMapping?) -> Verdict {
        let before = knownShared[outcome.identity]
        var verdict = Verdict.none
        if let before, outcome.plan.isDifferent, before.declaration.isDeclared(as: declaration) {
            verdict = before.isInSync ? .found : before.isOpen ? .open : .none
        }
        knownShared[outcome.identity] = KnownShared(
            declaration: declaration,
            isInSync: outcome.isConverged,
            isOpen: !outcome.isConverged && verdict.isDrift
        )
        return verdict
    }

    /// Whether a service is declared as it was in the last pass.
    func isUnchanged(_ service: Service, _ secret: SecretLook?) -> Bool {
        guard let known = known[service.slug], known.service.isDeclared(as: service) else { return false }
        guard let before = known.secret, let secret else { return known.secret == nil && secret == nil }
        return before.means(secret)
    }

    /// Forgets services that are no longer declared.
    mutating func keep(_ slugs: Set<String>) {
        known = known.filter { slugs.contains($0.key) }
    }

    /// Forgets what belongs to no service and is not part of a pass any more.
    mutating func keepShared(_ names: Set<SharedName>) {
        knownShared = knownShared.filter { names.contains($0.key) }
    }

    private func verdict(_ outcome: ServiceOutcome, _ service: Service, _ secret: SecretLook?) -> Verdict {
        guard let before = known[service.slug], isUnchanged(service, secret), outcome.plan.isDifferent,
            // The mark of a service with a restart follows each change of the Secret, of another value or none, too.
            before.secret == secret || !outcome.plan.changes.isEmpty
        else { return .none }
        if before.isInSync { return .found }
        return before.isOpen ? .open : .none
    }
}

extension DriftDetector.Verdict {
    var isDrift: Bool {
        switch self {
        case .none: false
        case .found, .open: true
        }
    }
}

extension ServicePlan {
    /// Whether something of it is not as declared.
    fileprivate var isDifferent: Bool {
        switch decision {
        // What cannot be looked at may well be as declared.
        case .update where hindrance != nil: !changes.isEmpty || !steps.isEmpty
        case .create, .update, .adopt, .link, .recreate: true
        case .conflict: !changes.isEmpty
        case .inSync, .delete, .release, .orphan, .blocked, .waiting: false
        }
    }
}

extension SharedObjectPlan {
    /// Whether something of it is not as declared, and is about to be restored.
    fileprivate var isDifferent: Bool {
        switch decision {
        case .create, .update, .adopt, .link, .recreate: true
        case .inSync, .delete, .release, .orphan, .blocked, .waiting, .conflict: false
        }
    }
}

extension DeclaredScopeMapping? {
    /// Whether another declaration says the same, wherever it stands.
    fileprivate func isDeclared(as other: DeclaredScopeMapping?) -> Bool {
        self?.values == other?.values && self?.adopt == other?.adopt
    }
}

extension Service {
    /// Whether another declaration says the same, wherever it stands.
    fileprivate func isDeclared(as other: Service) -> Bool {
        var other = other
        other.location = location
        return self == other
    }
}
