import AuthentikAPI
import Kinds
import Planning

/// The results of a service's steps so far.
struct ServiceProgress: Sendable {
    let plan: ServicePlan
    let release: Release
    /// Whether any of its steps was sent.
    var isBegun = false
    /// The number of its steps that are not finished.
    var open: Int
    private(set) var made = MadeObjects()
    /// The writes that were done.
    private(set) var written: [WriteRecord.Action] = []
    /// Whether the objects of its transaction were found by a look-up, so that they may be somebody else's.
    private var isFound = false
    /// Fields that Authentik's answers have with other values than were sent.
    private var unkept: [UnkeptField] = []
    /// Why the first failed step failed.
    private var error: ServiceFailure?
    /// Why it is unknown what Authentik kept of its provider; nil if that is known.
    private var doubt: ServiceFailure?
    /// The mark as it was last written or observed.
    private var mark: StandingMark?
    private let hasTransaction: Bool
    private var preparation = Preparation()

    init(plan: ServicePlan, release: Release) {
        self.plan = plan
        self.release = release
        open = plan.steps.count
        mark = plan.standingMark
        hasTransaction = plan.steps.contains(where: \.effect.isTransaction)
    }

    /// The fields of the provider that the file sets.
    var declaredProviderFields: [String] {
        plan.steps.lazy.reversed().compactMap(\.effect.mark).first?.providerFields
            ?? plan.standingMark?.mark.providerFields ?? []
    }

    /// The context for sending its next step.
    var context: StepContext {
        StepContext(
            declaredProviderFields: declaredProviderFields,
            unkept: unkept,
            // What a transaction created is only read afterwards, when somebody else may have changed it.
            isTransaction: hasTransaction,
            isFound: isFound
        )
    }

    /// Records the result of a step.
    ///
    /// - Parameter action: the write that it did; nil for one that is not reported.
    mutating func take(_ result: StepResult, of action: WriteRecord.Action?) {
        made.application = result.output.application ?? made.application
        made.provider = result.output.provider ?? made.provider
        made.mark = result.output.mark ?? made.mark
        made.bindings += result.output.madeBindings
        isFound = isFound || result.isFound
        unkept += result.unkept
        mark = result.mark ?? mark
        doubt = result.doubt ?? doubt
        if let action { written.append(action) }
        fail(result.failure)
    }

    /// Records that a step was answered.
    mutating func prepare(by step: Step, _ result: StepResult) { preparation.take(result, of: step, plan) }

    /// The next write that takes back what was only prepared for a provider that Authentik refused to create, so that
    /// nothing half-done stays; nil if there is none.
    mutating func nextUndoing() -> Effect? { preparation.nextUndoing() }

    /// Records the end of ``nextUndoing()``.
    mutating func takeBack(_ result: StepResult) {
        if let failure = result.failure {
            preparation.isLeftBehind = true
            error?.message += "; what was prepared for it stays, because taking it back failed: \(failure.message)"
        } else if preparation.isTakenBack {
            (written, made) = ([], MadeObjects())
        }
    }

    /// Only the first reason is kept.
    mutating func fail(_ reason: ServiceFailure?) { error = error ?? reason }

    /// Whether its values may be published to clients: everything exists, except for fields that clients do not depend
    /// on.
    var mayBeTold: Bool {
        error == nil && (unkept.isEmpty ? doubt == nil : !unkept.contains(where: \.isCredential))
    }

    /// Why it is not as declared when its steps are finished; nil if it is.
    var failure: ServiceFailure? { error ?? (unkept.isEmpty ? doubt : .complaint(about: unkept)) }

    /// The mark without the fields that Authentik's answers turned out not to have; nil if the mark is right, or must
    /// not be written.
    var correctedMark: StandingMark? {
        guard error == nil, !hasTransaction, !unkept.isEmpty, let mark else { return nil }
        var corrected = mark.mark
        corrected.leaveOut(unkept, isCertain: true, release)
        return corrected == mark.mark ? nil : StandingMark(entitlement: mark.entitlement, mark: corrected)
    }
}
