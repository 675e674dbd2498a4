import AuthentikAPI
import Base
import Planning
import SecretSources

/// What a pass goes on with where something came in between: a create that a killed process had left in flight, another
/// process with the same file, a person.
///
/// All such services are looked at again together, with one observation, and planned again by the same rules:
///
/// | the new plan | |
/// |---|---|
/// | is the one that failed | the failure stands |
/// | deletes something | the failure stands: that takes a pass of its own, with its brake |
/// | cannot be carried out, or has nothing to do | that is what becomes of the service |
/// | is another one | it is carried out, once |
extension Pass {
    /// - Parameters:
    ///   - outcomes: of the first plan.
    ///   - secrets: what the first plan was made with; what Kubernetes has is not looked at again.
    /// - Returns: the outcomes, and what was seen; nil if there is nothing to look at again, or it cannot be.
    func lookAgain(
        after outcomes: [ServiceOutcome],
        _ first: ObservedState,
        _ secrets: ResolvedSecrets
    ) async -> (outcomes: [ServiceOutcome], plan: Plan, observed: ObservedState)? {
        let failed = Self.outdated(outcomes)
        let isTimeLeft = client.deadline.map { ContinuousClock.now < $0 } ?? true
        guard !failed.isEmpty, isTimeLeft, !Task.isCancelled, client.gate.closed == nil,
            let (whole, observed, _) = try? await observeAndPlan(for: nil, known: (secrets, first.published))
        else { return nil }
        var plan = whole
        plan.services.removeAll { service in failed[service.slug].map(service.repeats) ?? true }
        let again = await apply(plan, observed.release, paused: paused(secrets.looks))
        let replaced = Dictionary(again.map { ($0.plan.slug, $0) }, uniquingKeysWith: { first, _ in first })
        return (outcomes.map { replaced[$0.plan.slug]?.following($0) ?? $0 }, whole, observed)
    }

    /// The services whose plan may not fit any more, and those that waited for them, by slug.
    private static func outdated(_ outcomes: [ServiceOutcome]) -> [String: ServiceOutcome] {
        let failed = outcomes.filter { $0.failure != nil }
        var outdated = Set(failed.filter { $0.failure?.mayBeOutdated == true }.map(\.plan.slug))
        while true {
            let waiting = failed.filter {
                !outdated.contains($0.plan.slug) && !outdated.isDisjoint(with: $0.plan.waitsFor)
            }
            if waiting.isEmpty { break }
            outdated.formUnion(waiting.map(\.plan.slug))
        }
        return Dictionary(
            failed.filter { outdated.contains($0.plan.slug) }.map { ($0.plan.slug, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension ServicePlan {
    /// Whether there is no use, or no right, in carrying it out after another one failed, or waited for one that did.
    fileprivate func repeats(_ failed: ServiceOutcome) -> Bool {
        if writes.contains(where: \.isDeletion) { return true }
        guard failed.failure?.mayBeOutdated == true else { return false }
        return !writes.isEmpty && waitsFor == failed.plan.waitsFor && decision == failed.plan.decision
            && writes.map(WriteRecord.init) == failed.plan.writes.map(WriteRecord.init)
    }
}

extension ServiceOutcome {
    /// This outcome, of a plan that was reviewed.
    var askingForAnotherPlan: ServiceOutcome {
        var outcome = self
        if failure?.mayBeOutdated == true {
            outcome.failure?.message += "; if it changed since it was planned, plan again"
        }
        return outcome
    }

    /// This outcome, after another one of the same service.
    fileprivate func following(_ first: ServiceOutcome) -> ServiceOutcome {
        var outcome = self
        outcome.written = first.written + written
        outcome.made.application = made.application ?? first.made.application
        outcome.made.provider = made.provider ?? first.made.provider
        outcome.made.mark = made.mark ?? first.made.mark
        outcome.plan.notes.append("it changed while this pass was under way, and was looked at again")
        return outcome
    }
}
