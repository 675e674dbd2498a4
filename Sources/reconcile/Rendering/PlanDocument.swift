import AuthentikAPI
import DesiredState
import FoundationEssentials
import Planning

/// A plan for machines.
///
/// Additions keep ``version``; anything else raises it.
struct PlanDocument: Encodable {
    var version = 1
    var authentik: AuthentikDocument
    var summary: [String: Int]
    var services: [ServiceDocument]

    init(_ plan: Plan, _ release: Release, address: AuthentikAddress) {
        authentik = AuthentikDocument(url: address.description, release: release.description)
        summary = summarize(plan.services)
        services = plan.services.map(ServiceDocument.init)
    }
}

struct AuthentikDocument: Encodable {
    var url: String
    var release: String
}

/// One service of a plan or report.
struct ServiceDocument: Encodable {
    var slug: String
    /// The raw value of ``Decision``.
    var decision: String
    var reason: String
    /// `homelab.yaml:14:5`; absent for an orphan.
    var location: String?
    var changes: [ChangeDocument]
    var notes: [String]

    init(_ service: ServicePlan) {
        slug = service.slug
        decision = service.decision.rawValue
        reason = service.reason
        location = service.location?.description
        changes = service.changes.map(ChangeDocument.init)
        notes = service.notes
    }
}

/// One field.
///
/// Values are lists of text, empty for none; those of a secret, and what a new object held, are left out.
struct ChangeDocument: Encodable {
    /// `application` or `provider`.
    var object: String
    /// Authentik's name of the field.
    var field: String
    var isSecret: Bool
    var before: [String]?
    var after: [String]?

    init(_ change: FieldChange) {
        object = change.object.rawValue
        field = change.field
        isSecret = change.after.secret != nil || change.before?.secret != nil
        if !isSecret {
            before = change.before?.shown
            after = change.after.shown
        }
    }
}

/// How many services there are of each decision, zeroes included.
func summarize(_ services: [ServicePlan]) -> [String: Int] {
    var summary = Dictionary(uniqueKeysWithValues: Decision.allCases.map { ($0.rawValue, 0) })
    for service in services { summary[service.decision.rawValue, default: 0] += 1 }
    return summary
}

extension Encodable {
    /// JSON for machines that people look at, too.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // The documents hold nothing that cannot be encoded.
        guard let data = try? encoder.encode(self) else { preconditionFailure("a document does not encode") }
        return String(decoding: data, as: UTF8.self)
    }
}
