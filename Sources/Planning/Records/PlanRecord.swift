package import AuthentikAPI
import Kinds

/// A plan as it is saved: for machines, and to be applied after a review.
///
/// For a secret it only says that it changes. `manifests/schemas/plan.schema.json` describes the format. Additions keep
/// ``version``; any other change raises it.
package struct PlanRecord: Sendable, Equatable {
    /// The version that this program writes, and the only one that it reads.
    package static let currentVersion = 1
    package static let kind = "plan"

    package var kind = Self.kind
    package var version = Self.currentVersion
    package var authentik: AuthentikRecord
    package var owner: String
    package var narrowing: Narrowing
    /// How many services it may delete from, overriding the file; absent for the file's value.
    package var allowedDeletions: Int?
    /// The number of services by decision, including zeros.
    package var summary: [String: Int]
    /// Absent if no deletions are blocked.
    package var heldDeletions: HeldDeletionsRecord?
    /// The shared objects.
    ///
    /// One member for each kind, such as `groups`; absent if the file declares none, or the plan does not include them.
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

/// The Authentik instance.
package struct AuthentikRecord: Sendable, Equatable, Codable {
    package var url: String
    package var release: String
    /// A clause that says that the release is newer than this program knows; absent if it is not.
    package var note: String?

    package init(url: String, release: String) {
        self.url = url
        self.release = release
        note = Release(release)?.newerRemark
    }
}

/// Why deletions are blocked.
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
