package import Base
import DesiredState
package import Kinds

/// One service of a plan or report.
package struct ServiceRecord: Sendable, Equatable, Codable {
    package var slug: String
    /// The raw value of ``Decision``.
    package var decision: String
    package var reason: String
    /// `homelab.yaml:14:5`; absent for an orphan.
    package var location: String?
    /// In a conflict: what would change.
    package var changes: [ChangeRecord]
    /// Absent if nothing is deleted.
    package var deletion: DeletionRecord?
    /// Who may open it once this is carried out; absent if access was not read or is not decided.
    package var access: AccessRecord?
    /// What will be sent, in this order.
    package var writes: [WriteRecord]
    package var notes: [String]
    /// What cannot be done, although the writes can; absent if everything can.
    package var hindrance: String?

    package init(_ service: ServicePlan) {
        slug = service.slug
        decision = service.decision.rawValue
        reason = service.reason
        location = service.location?.description
        changes = service.changes.map(ChangeRecord.init)
        deletion = service.deletion.map(DeletionRecord.init)
        access = service.access.map(AccessRecord.init)
        writes = service.writeRecords
        notes = service.notes
        hindrance = service.hindrance
    }

    /// The number of services by decision, including zeros.
    package static func summary(of services: [ServicePlan]) -> [String: Int] {
        var summary = Dictionary(uniqueKeysWithValues: Decision.allCases.map { ($0.rawValue, 0) })
        for service in services { summary[service.decision.rawValue, default: 0] += 1 }
        return summary
    }
}

extension ServicePlan {
    /// Its steps in the format of saved plans.
    package var writeRecords: [WriteRecord] { steps.compactMap { WriteRecord($0.effect) } }
}

/// A changed field.
///
/// Values are lists of text, empty for none; the values of a secret, and the old values of a new object, are left out.
package struct ChangeRecord: Sendable, Equatable, Codable {
    /// `application`, `provider`, `access` or `published`.
    package var object: String
    /// Authentik's name of the field; for access the file's name, or a binding such as `group 'admins'`; for what is
    /// published, the key.
    package var field: String
    /// The file's name of the field: `launchURL`.
    ///
    /// Always present in what this program writes; older plans and documents do not have it.
    package private(set) var fileField: String?
    package var isSecret: Bool
    package var before: [String]?
    package var after: [String]?
    /// For a signing key, how tokens are signed with it; absent for any other field.
    package var algorithm: AlgorithmRecord?

    package static func == (left: ChangeRecord, right: ChangeRecord) -> Bool {
        left.object == right.object && left.field.exact == right.field.exact && left.isSecret == right.isSecret
            && left.before?.map(\.exact) == right.before?.map(\.exact)
            && left.after?.map(\.exact) == right.after?.map(\.exact)
    }

    package init(_ change: FieldChange) {
        object = change.object.rawValue
        field = change.field
        fileField = change.fileField
        isSecret = change.isSecret
        if !isSecret {
            before = change.before?.shown
            after = change.after.shown
        }
        algorithm = change.algorithms.flatMap(AlgorithmRecord.init)
    }
}

/// How tokens are signed: `RS256`, `ES256`, `EdDSA`, or `HS256`, which uses the client secret.
package struct AlgorithmRecord: Sendable, Equatable, Codable {
    /// Absent if there is no provider yet, or if unknown.
    package var before: String?
    /// Absent if unknown.
    package var after: String?

    /// Nil if neither is known.
    init?(before: SigningAlgorithm?, after: SigningAlgorithm?) {
        guard before != nil || after != nil else { return nil }
        self.before = before?.rawValue
        self.after = after?.rawValue
    }
}

/// What is deleted.
package struct DeletionRecord: Sendable, Equatable, Codable {
    /// The slug; absent if the application stays or does not exist.
    package var application: String?
    /// The name; absent if the provider stays or does not exist.
    package var provider: String?
    /// The names of further ones, which the service had before its login was changed; absent if there are none.
    package var formerProviders: [String]?
    /// The bindings of others, as `group 'admins'`; absent if none is deleted.
    package var bindings: [String]?
    /// Whether the deletion limit blocks it.
    package var isHeld: Bool

    package init(_ deletion: Deletion) {
        application = deletion.application
        provider = deletion.providers.first
        formerProviders = deletion.providers.count > 1 ? Array(deletion.providers.dropFirst()) : nil
        bindings = deletion.bindings.isEmpty ? nil : deletion.bindings
        isHeld = deletion.isHeld
    }

    package var providers: [String] { [provider].compactMap(\.self) + (formerProviders ?? []) }
}

/// Who may open a service.
package struct AccessRecord: Sendable, Equatable, Codable {
    /// The raw value of ``AccessStanding/State-swift.enum``.
    package var state: String
    /// Why it is closed or blocked, or which subjects are missing: a clause; absent if it is as declared.
    package var complaint: String?
    /// The subjects of the file that are bound: `group 'admins'`.
    package var subjects: [String]
    /// The permanent bindings of others, which stay.
    package var others: [String]
    /// The bindings that expire, no matter who created them.
    package var expiring: [String]
    /// Whether everybody may open it without this being declared.
    package var isExposed: Bool

    package init(_ standing: AccessStanding) {
        state = standing.state.rawValue
        complaint = standing.complaint
        subjects = standing.subjects
        others = standing.others
        expiring = standing.expiring
        isExposed = standing.isExposed
    }
}

extension ChangeRecord {
    /// The field as shown to the user: by its name in the file.
    package var shownField: String { fileField ?? kind?.fileName(of: field) ?? field }
    /// ``before`` as shown to the user: in the file's words, a key with its algorithm.
    package var shownBefore: [String]? { before.map { shown($0, algorithm?.before) } }
    /// ``after`` as shown to the user: in the file's words, a key with its algorithm.
    package var shownAfter: [String]? { after.map { shown($0, algorithm?.after) } }
    /// Whether each element is shown on a line of its own, however short.
    package var isList: Bool { kind?.isList(field) ?? false }

    private var kind: ObjectKind? { ObjectKind(rawValue: object) }

    /// The elements kept, removed and added, as shown to the user.
    package var elements: ListDifference { ListDifference(from: shownBefore ?? [], to: shownAfter ?? []) }

    private func shown(_ values: [String], _ algorithm: String?) -> [String] {
        guard let algorithm else { return values.map { kind?.fileWords($0, of: field) ?? $0 } }
        return values.isEmpty ? ["(none, \(algorithm))"] : values.map { "\($0) (\(algorithm))" }
    }
}
