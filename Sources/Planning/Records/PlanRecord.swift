package import AuthentikAPI
import Kinds

/// A plan as it is written down: for machines, and to be carried out after a review.
///
/// Of a secret it says that it changes and nothing else. `manifests/schemas/plan.schema.json` describes it. Additions
/// keep ``version``; anything else raises it.
package struct PlanRecord: Sendable, Equatable, Codable {
    /// The version that this program writes, and the only one that it understands.
    package static let currentVersion = 1
    package static let kind = "plan"

    package var kind = Self.kind
    package var version = Self.currentVersion
    package var authentik: AuthentikRecord
    package var owner: String
    package var narrowing: Narrowing
    /// How many services it may delete from, whatever the file says; absent for what the file says.
    package var allowedDeletions: Int?
    /// How many services there are of each decision, zeroes included.
    package var summary: [String: Int]
    /// Absent if nothing is held back.
    package var brake: BrakeRecord?
    /// Absent if the file declares none, or the plan is not about them.
    package var groups: [PlannedGroup]?
    package var services: [ServiceRecord]

    package init(
        _ plan: Plan,
        release: Release,
        address: AuthentikAddress,
        owner: String,
        narrowing: Narrowing = Narrowing(),
        allowedDeletions: Int? = nil
    ) {
        authentik = AuthentikRecord(url: address.description, release: release.description)
        self.owner = owner
        self.narrowing = narrowing
        self.allowedDeletions = allowedDeletions
        summary = ServiceRecord.summary(of: plan.services)
        brake = plan.brake.map(BrakeRecord.init)
        groups = plan.groups.isEmpty ? nil : plan.groups.map(PlannedGroup.init)
        services = plan.services.map(ServiceRecord.init)
    }
}

/// Which Authentik.
package struct AuthentikRecord: Sendable, Equatable, Codable {
    package var url: String
    package var release: String

    package init(url: String, release: String) {
        self.url = url
        self.release = release
    }
}

/// Why deletions are held back.
package struct BrakeRecord: Sendable, Equatable, Codable {
    package var deletions: Int
    package var limit: Int
    package var isFileEmpty: Bool
    /// A sentence.
    package var message: String

    package init(_ brake: Brake) {
        deletions = brake.deletions
        limit = brake.limit
        isFileEmpty = brake.isFileEmpty
        message = brake.description
    }
}
