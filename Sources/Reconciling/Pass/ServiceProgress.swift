import AuthentikAPI
import Planning

/// What a service's writes have come to so far.
struct ServiceProgress: Sendable {
    let plan: ServicePlan
    let release: Release
    var made = MadeObjects()
    /// The time of the restart that is due; nil without one.
    var restartedAt: String?
    /// A mark that waits for the pk of its application.
    var pendingMark: OwnershipMark?
    /// What is published once that is written.
    var pendingContent: PublishedContent?
    var failure: ServiceFailure?
    /// The writes that are done.
    var written: [WriteRecord.Action] = []
    /// What Authentik answered otherwise than it was sent.
    private(set) var unkept: [UnkeptField] = []
    /// Whether what one transaction made was there when it was looked up, and may be somebody else's.
    var isFound = false
    /// The mark as it was written last, or stands.
    private var mark: StandingMark?

    init(plan: ServicePlan, release: Release) {
        self.plan = plan
        self.release = release
        mark = plan.standingMark
    }

    /// The fields of the provider that the file sets.
    var declaredProviderFields: [String] {
        for write in plan.writes.reversed() {
            switch write {
            case .createMark(_, let mark), .updateMark(_, let mark): return mark.providerFields
            default: continue
            }
        }
        return plan.standingMark?.mark.providerFields ?? []
    }

    /// Takes note of what an answer does not hold.
    ///
    /// - Parameter isFound: whether the object was found, and may be somebody else's.
    /// - Throws: ``ServiceFailure`` if nothing of the service may follow.
    mutating func take(_ fields: [UnkeptField], isFound: Bool = false) throws {
        if isFound, !fields.isEmpty { throw Self.made }
        note(fields)
        // No client is told of a secret that is not in force.
        if fields.contains(where: \.isCredential) { throw complaint }
    }

    mutating func note(_ fields: [UnkeptField]) { unkept += fields }

    static let made = ServiceFailure.outdated("somebody else made it at the same time, with other values")

    /// What is said of ``unkept``.
    var complaint: ServiceFailure { ServiceFailure(UnkeptField.complaint(about: unkept.map(\.name))) }

    /// A mark as it is to be written now: it names what was made, and not as applied what Authentik did not keep.
    ///
    /// - Parameter isCertain: whether the answers to the writes tell what was not kept.
    func completed(_ mark: OwnershipMark, isCertain: Bool = true) -> OwnershipMark {
        var mark = mark
        mark.provider = mark.provider ?? made.provider
        mark.leaveOut(unkept, isCertain: isCertain, release)
        return mark
    }

    /// Takes note of a mark that is written.
    mutating func marked(_ mark: OwnershipMark, _ entitlement: String) {
        self.mark = StandingMark(entitlement: entitlement, mark: mark)
    }

    /// The mark that takes back what it said before Authentik's answers; nil if it is right.
    var correctedMark: StandingMark? {
        guard var corrected = mark, !unkept.isEmpty else { return nil }
        corrected.mark = completed(corrected.mark)
        return corrected == mark ? nil : corrected
    }
}
