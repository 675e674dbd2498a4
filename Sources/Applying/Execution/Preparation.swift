import Kinds
import Planning

/// What was written for a service only so that its provider can be created, or taken again: the claim of its application,
/// and other names for the providers that it replaces.
///
/// It is taken back if Authentik refuses the provider, for a reason that the next pass will meet as well.
struct Preparation: Sendable {
    private var claims: [Effect] = []
    private var restorations: [Effect] = []
    /// Whether anything else was written.
    private var isMore = false
    private var isRefused = false
    private var sent = 0
    /// Whether anything could not be taken back.
    var isLeftBehind = false

    mutating func take(_ result: StepResult, of step: Step, _ plan: ServicePlan) {
        switch (step.effect, result.failure) {
        case (.create(let objects), let failure?):
            let isProvider = objects.contains { $0.kind == .oauth2Provider || $0.kind == .proxyProvider }
            if isProvider, failure.isRefused { isRefused = true }
        case (.update, let failure?) where step.id.place == .provider && !plan.restorations.isEmpty:
            if failure.isRefused { isRefused = true }
        case (_, _?): break
        case (.claim, nil):
            if let mark = result.output.mark { claims.append(.deleteMark(entitlement: mark)) }
        case (.update, nil) where step.id.place == .yielding: restorations = plan.restorations
        case (_, nil): isMore = true
        }
    }

    private var undoing: [Effect] { isRefused && !isMore ? restorations + claims : [] }

    mutating func nextUndoing() -> Effect? {
        guard sent < undoing.count else { return nil }
        sent += 1
        return undoing[sent - 1]
    }

    /// Whether everything was taken back, once the answer to the last such write is known.
    var isTakenBack: Bool { sent == undoing.count && !isLeftBehind }
}
