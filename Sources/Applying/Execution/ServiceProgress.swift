import AuthentikAPI
import Kinds
import Planning

/// What a service's steps have come to so far.
struct ServiceProgress: Sendable {
    let plan: ServicePlan
    let release: Release
    /// Whether any of its steps was sent.
    var isBegun = false
    /// How many of its steps are not over.
    var open: Int
    private(set) var made = MadeObjects()
    /// The writes that are done.
    private(set) var written: [WriteRecord.Action] = []
    /// Whether what its transaction made was there when it was looked up, and may be somebody else's.
    private var isFound = false
    /// What Authentik answered otherwise than it was sent.
    private var unkept: [UnkeptField] = []
    /// Why the first step failed that did.
    private var error: ServiceFailure?
    /// Why it is not known what Authentik kept of its provider; nil if that is known.
    private var doubt: ServiceFailure?
    /// The mark as it was written last, or stands.
    private var mark: StandingMark?
    private let hasTransaction: Bool

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

    /// What its next step is sent with.
    var context: StepContext {
        StepContext(
            declaredProviderFields: declaredProviderFields,
            unkept: unkept,
            // What a transaction made is read afterwards, when it may be somebody else's doing.
            isTransaction: hasTransaction,
            isFound: isFound
        )
    }

    /// Takes note of what came of a step.
    ///
    /// - Parameter action: what is written by it; nil for nothing that is told.
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

    /// The first reason counts.
    mutating func fail(_ reason: ServiceFailure?) { error = error ?? reason }

    /// Whether clients may be told of its provider: everything is there, but for fields that they do not depend on.
    var mayBeTold: Bool {
        error == nil && (unkept.isEmpty ? doubt == nil : !unkept.contains(where: \.isCredential))
    }

    /// Why it is not as declared when its steps are over; nil if it is.
    var failure: ServiceFailure? { error ?? (unkept.isEmpty ? doubt : .complaint(about: unkept)) }

    /// The mark that takes back what it said before Authentik's answers; nil if it is right, or not to be written.
    var correctedMark: StandingMark? {
        guard error == nil, !hasTransaction, !unkept.isEmpty, var corrected = mark else { return nil }
        corrected.mark.leaveOut(unkept, isCertain: true, release)
        return corrected == mark ? nil : corrected
    }
}
