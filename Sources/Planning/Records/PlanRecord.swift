package import AuthentikAPI
import Kinds

/// A plan as it is written down: for machines, and to be carried out after a review.
///
/// Of a secret it says that it changes and nothing else. `manifests/schemas/plan.schema.json` describes it. Additions
/// keep ``version``; anything else raises it.
package struct PlanRecord: Sendable, Equatable {
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
    package var heldDeletions: HeldDeletionsRecord?
    /// What is no service's.
    ///
    /// A member for each kind, as `groups`; absent if the file declares none, or the plan is not about it.
    package var shared: [SharedRecord]
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
        heldDeletions = plan.heldDeletions.map(HeldDeletionsRecord.init)
        shared = plan.shared.map(SharedRecord.init)
        services = plan.services.map(ServiceRecord.init)
    }
}

extension PlanRecord: Codable {
    private enum CodingKeys: CodingKey {
        case kind, version, authentik, owner, narrowing, allowedDeletions, summary, heldDeletions, services
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        kind = try members.decode(String.self, forKey: .kind)
        version = try members.decode(Int.self, forKey: .version)
        authentik = try members.decode(AuthentikRecord.self, forKey: .authentik)
        owner = try members.decode(String.self, forKey: .owner)
        narrowing = try members.decode(Narrowing.self, forKey: .narrowing)
        allowedDeletions = try members.decodeIfPresent(Int.self, forKey: .allowedDeletions)
        summary = try members.decode([String: Int].self, forKey: .summary)
        heldDeletions = try members.decodeIfPresent(HeldDeletionsRecord.self, forKey: .heldDeletions)
        shared = try decoder.decodeByKind(SharedRecord.init)
        services = try members.decode([ServiceRecord].self, forKey: .services)
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(kind, forKey: .kind)
        try members.encode(version, forKey: .version)
        try members.encode(authentik, forKey: .authentik)
        try members.encode(owner, forKey: .owner)
        try members.encode(narrowing, forKey: .narrowing)
        try members.encodeIfPresent(allowedDeletions, forKey: .allowedDeletions)
        try members.encode(summary, forKey: .summary)
        try members.encodeIfPresent(heldDeletions, forKey: .heldDeletions)
        try encoder.encode(byKind: shared)
        try members.encode(services, forKey: .services)
    }
}

/// Which Authentik.
package struct AuthentikRecord: Sendable, Equatable, Codable {
    package var url: String
    package var release: String
    /// That the release is newer than this program knows: a clause; absent if it is not.
    package var note: String?

    package init(url: String, release: String) {
        self.url = url
        self.release = release
        note = Release(release)?.newerRemark
    }
}

/// Why deletions are held back.
package struct HeldDeletionsRecord: Sendable, Equatable, Codable {
    package var deletions: Int
    package var limit: Int
    package var isFileEmpty: Bool
    /// A sentence.
    package var message: String

    package init(_ heldDeletions: HeldDeletions) {
        deletions = heldDeletions.deletions
        limit = heldDeletions.limit
        isFileEmpty = heldDeletions.isFileEmpty
        message = heldDeletions.description
    }
}
