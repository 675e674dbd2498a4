import Applying
import DesiredState
import Kinds
import Planning
import Secrets

/// Distinguishes changes by somebody else from changes in the file or a secret.
///
/// A service has drifted if it was as declared after one pass, its declaration and secret are unchanged, and it is not
/// as declared in the next pass. Nothing is known about the time when no daemon was running, so the first pass finds no
/// drift.
struct DriftDetector: Sendable {
    enum Verdict: Sendable {
        /// As declared, or not known to have been.
        case none
        /// Found in this pass.
        case found
        /// Found in an earlier pass, and not corrected yet.
        case open
    }

    private struct Known: Sendable {
        var service: Service
        var secret: SecretLook?
        var isInSync: Bool
        var isOpen: Bool
    }

    private struct KnownShared: Sendable {
        /// Nil for an object whose declaration is only its name.
        var declaration: DeclaredScopeMapping?
        var isInSync: Bool
        var isOpen: Bool
    }

    private var known: [String: Known] = [:]
    private var knownShared: [SharedName: KnownShared] = [:]

    /// Records the result of a pass for a service.
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

    /// Records the result of a pass for a shared object.
    ///
    /// - Parameter declaration: of a declared scope mapping; nil for any other object.
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

    /// Whether a service's declaration is the same as in the last pass.
    func isUnchanged(_ service: Service, _ secret: SecretLook?) -> Bool {
        guard let known = known[service.slug], known.service.isDeclared(as: service) else { return false }
        guard let before = known.secret, let secret else { return known.secret == nil && secret == nil }
        return before.means(secret)
    }

    /// Forgets services that are no longer declared.
    mutating func keep(_ slugs: Set<String>) {
        known = known.filter { slugs.contains($0.key) }
    }

    /// Forgets shared objects that are no longer part of a pass.
    mutating func keepShared(_ names: Set<SharedName>) {
        knownShared = knownShared.filter { names.contains($0.key) }
    }

    private func verdict(_ outcome: ServiceOutcome, _ service: Service, _ secret: SecretLook?) -> Verdict {
        guard let before = known[service.slug], isUnchanged(service, secret), outcome.plan.isDifferent,
            // The mark of a service with a restart also follows changes of the Secret that leave its value the same.
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
    /// Whether any part of it is not as declared.
    fileprivate var isDifferent: Bool {
        switch decision {
        // What cannot be read may well be as declared.
        case .update where hindrance != nil: !changes.isEmpty || !steps.isEmpty
        case .create, .update, .adopt, .link, .recreate: true
        case .conflict: !changes.isEmpty
        case .inSync, .delete, .release, .orphan, .blocked, .waiting: false
        }
    }
}

extension SharedObjectPlan {
    /// Whether any part of it is not as declared, and is about to be restored.
    fileprivate var isDifferent: Bool {
        switch decision {
        case .create, .update, .adopt, .link, .recreate: true
        case .inSync, .delete, .release, .orphan, .blocked, .waiting, .conflict: false
        }
    }
}

extension DeclaredScopeMapping? {
    /// Whether another declaration is the same except for its place.
    fileprivate func isDeclared(as other: DeclaredScopeMapping?) -> Bool {
        self?.values == other?.values && self?.adopt == other?.adopt
    }
}

extension Service {
    /// Whether another declaration is the same except for its place.
    fileprivate func isDeclared(as other: Service) -> Bool {
        var other = other
        other.location = location
        return self == other
    }
}
