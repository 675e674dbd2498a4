import Applying
import DesiredState
import Kinds
import Planning
import Secrets

/// Tells what somebody else changed from what the file, or a secret, changed.
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

    private var known: [String: Known] = [:]

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

    /// Whether a service is declared as it was in the last pass.
    func isUnchanged(_ service: Service, _ secret: SecretLook?) -> Bool {
        guard let known = known[service.slug], known.service.isDeclared(as: service) else { return false }
        guard let before = known.secret, let secret else { return known.secret == nil && secret == nil }
        return before.means(secret)
    }

    /// Forgets services that are declared no more.
    mutating func keep(_ slugs: Set<String>) {
        known = known.filter { slugs.contains($0.key) }
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

extension Service {
    /// Whether another declaration says the same, wherever it stands.
    fileprivate func isDeclared(as other: Service) -> Bool {
        var other = other
        other.location = location
        return self == other
    }
}
